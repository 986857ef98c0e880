package io.ostinato.storage;

import io.ostinato.storage.Sidecar.DataFile;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.Sha256;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Array files whose content is hashed while it is written and read. */
record DataFiles(RunFiles files) {
  /** The suffix of a file until the sidecar that commits it is written. */
  static final String NEXT = ".next";

  /** Writes the arrays of a file under its temporary {@link #NEXT} name. */
  DataFile write(String name, List<HostArray> arrays, Map<String, String> metadata) {
    MessageDigest digest = Sha256.start();
    Safetensors content = new Safetensors(arrays, metadata);
    files.write(
        name + NEXT,
        out -> {
          DigestOutputStream digesting = new DigestOutputStream(out, digest);
          content.writeTo(digesting);
          digesting.flush();
        });
    return new DataFile(name, files.sizeBytes(name + NEXT), Sha256.hex(digest));
  }

  /**
   * Reads a file and verifies its hash.
   *
   * @throws StorageException if it is missing or damaged; names the file and its checkpoint
   */
  List<HostArray> read(String tag, DataFile file) {
    String name = nameOf(file);
    if (!files.exists(name)) {
      throw new StorageException(
          "checkpoint '%s' lacks its file '%s' in %s"
              .formatted(tag, file.name(), files.location()));
    }
    MessageDigest digest = Sha256.start();
    long bytes = files.sizeBytes(name);
    try (InputStream in =
        new BufferedInputStream(new DigestInputStream(files.read(name), digest), 1 << 16)) {
      List<HostArray> arrays = Safetensors.readFrom(in, bytes).arrays();
      if (!Sha256.hex(digest).equals(file.sha256())) {
        throw new StorageException("its content is not what was written");
      }
      return arrays;
    } catch (IOException | StorageException e) {
      throw new StorageException(
          "file '%s' of checkpoint '%s' in %s is damaged: %s"
              .formatted(file.name(), tag, files.location(), e.getMessage()),
          e);
    }
  }

  /**
   * The present name of a committed file: {@link #NEXT} if the save was interrupted before the file
   * was renamed.
   */
  private String nameOf(DataFile file) {
    String next = file.name() + NEXT;
    return files.exists(next) && hash(next).equals(file.sha256()) ? next : file.name();
  }

  /** Why a file isn't the one that was written; empty if it is. Reads it. */
  Optional<String> problemOf(DataFile file) {
    String name = nameOf(file);
    if (!files.exists(name)) {
      return Optional.of("its file '%s' is missing".formatted(name));
    }
    long bytes = files.sizeBytes(name);
    if (bytes != file.bytes()) {
      return Optional.of(
          "its file '%s' has %s bytes instead of %s".formatted(name, bytes, file.bytes()));
    }
    return hash(name).equals(file.sha256())
        ? Optional.empty()
        : Optional.of("the content of its file '%s' is not what was written".formatted(name));
  }

  /** The hash of a file's current content. */
  String hash(String name) {
    MessageDigest digest = Sha256.start();
    try (InputStream in = new DigestInputStream(files.read(name), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new StorageException(
          "can't read '%s' in %s: %s".formatted(name, files.location(), e.getMessage()), e);
    }
    return Sha256.hex(digest);
  }
}
