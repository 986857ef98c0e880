package io.ostinato.storage;

import io.ostinato.storage.Sidecar.DataFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sidecars of all checkpoints in a folder, by tag. */
record Sidecars(RunFiles files) {
  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);

  /** More than the values of any training; a damaged file may have any size. */
  private static final long MOST_BYTES = 100_000_000;

  /** Writes a sidecar atomically, which commits the files that it lists. */
  void write(String tag, Sidecar sidecar) {
    byte[] json = sidecar.toJson().getBytes(StandardCharsets.UTF_8);
    files.write(tag + CheckpointNames.SIDECAR, out -> out.write(json));
  }

  /**
   * Finds the sidecar of a tag.
   *
   * @throws StorageException if it can't be read
   */
  Optional<Sidecar> find(String tag) {
    String name = tag + CheckpointNames.SIDECAR;
    if (!files.exists(name)) {
      return Optional.empty();
    }
    long bytes = files.sizeBytes(name);
    if (bytes > MOST_BYTES) {
      throw new StorageException(
          "the sidecar of checkpoint '%s' in %s has %s bytes; at most %s are read"
              .formatted(tag, files.location(), bytes, MOST_BYTES));
    }
    return Optional.of(Sidecar.parse(tag, files.location(), files.text(name)));
  }

  /** Like {@link #find}, but an unreadable sidecar is treated as missing, with a warning. */
  Optional<Sidecar> findReadable(String tag) {
    try {
      return find(tag);
    } catch (StorageException e) {
      log.warn("{}", e.getMessage());
      return Optional.empty();
    }
  }

  /** The tags of all complete checkpoints, sorted. */
  List<String> tags() {
    return files.list().stream()
        .filter(name -> name.endsWith(CheckpointNames.SIDECAR))
        .map(name -> name.substring(0, name.length() - CheckpointNames.SIDECAR.length()))
        .filter(CheckpointNames::isTag)
        .filter(this::isComplete)
        .toList();
  }

  /** Whether all files listed in a checkpoint's sidecar exist. */
  boolean isComplete(String tag) {
    return findReadable(tag)
        .filter(sidecar -> sidecar.files().stream().allMatch(this::isThere))
        .isPresent();
  }

  /** Whether a file of the right size has this name, or still has its temporary one. */
  private boolean isThere(DataFile file) {
    return hasSize(file.name(), file.bytes())
        || hasSize(file.name() + DataFiles.NEXT, file.bytes());
  }

  private boolean hasSize(String name, long bytes) {
    return files.exists(name) && files.sizeBytes(name) == bytes;
  }
}
