package io.ostinato.storage;

import io.ostinato.storage.Sidecar.DataFile;
import io.ostinato.weights.HostArray;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Arrays in files whose content is hashed as it is written and read. */
record DataFiles(RunFiles files) {
  /** What a file is called until the sidecar that commits it is there. */
  static final String NEXT = ".next";

  /** Writes arrays for this file, under its next name. */
  DataFile write(String name, List<HostArray> arrays, Map<String, String> metadata) {
    MessageDigest digest = sha256();
    Safetensors content = new Safetensors(arrays, metadata);
    files.write(
        name + NEXT,
        out -> {
          DigestOutputStream digesting = new DigestOutputStream(out, digest);
          content.writeTo(digesting);
          digesting.flush();
        });
    return new DataFile(
        name, files.sizeBytes(name + NEXT), HexFormat.of().formatHex(digest.digest()));
  }

  /**
   * Reads a file.
   *
   * @throws StorageException if it is missing or damaged; names it and its checkpoint
   */
  List<HostArray> read(String tag, DataFile file) {
    if (!files.exists(file.name())) {
      throw new StorageException(
          "checkpoint '%s' lacks its file '%s' in %s"
              .formatted(tag, file.name(), files.location()));
    }
    MessageDigest digest = sha256();
    try (InputStream in =
        new BufferedInputStream(new DigestInputStream(files.read(file.name()), digest), 1 << 16)) {
      List<HostArray> arrays = Safetensors.readFrom(in).arrays();
      if (!HexFormat.of().formatHex(digest.digest()).equals(file.sha256())) {
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

  /** The hash of a file's content, as it is. */
  String hash(String name) {
    MessageDigest digest = sha256();
    try (InputStream in = new DigestInputStream(files.read(name), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new StorageException(
          "can't read '%s' in %s: %s".formatted(name, files.location(), e.getMessage()), e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
