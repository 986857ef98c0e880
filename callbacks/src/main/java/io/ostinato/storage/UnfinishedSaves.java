package io.ostinato.storage;

import io.ostinato.storage.Sidecar.DataFile;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Interrupted saves and removals of checkpoints. A save whose sidecar was written is completed;
 * otherwise its files are removed. A removal renames the sidecar first, and is then completed.
 */
record UnfinishedSaves(RunFiles files, DataFiles data, Sidecars sidecars) {
  private static final Logger log = LoggerFactory.getLogger(UnfinishedSaves.class);

  /** Completes a save of this tag that was interrupted after its commit. */
  void finish(String tag) {
    sidecars.findReadable(tag).ifPresent(this::takeNames);
  }

  /** Removes the files of a failed save, unless it was committed. */
  void drop(String tag, Throwable failure) {
    try {
      finish(tag);
      CheckpointNames.ofArrays(tag).forEach(file -> files.delete(file + DataFiles.NEXT));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Completes or removes all saves, and completes all removals, whose process was killed. No other
   * process may write checkpoints to this folder at the same time.
   */
  void dropAll() {
    for (String next : files.list()) {
      if (isOfSave(next)) {
        finishOrDrop(next);
      }
    }
    finishRemovals();
  }

  /**
   * Completes all saves and removals whose process was killed after it had committed them. Other
   * processes may write checkpoints to this folder at the same time.
   */
  void finishAll() {
    for (String next : files.list()) {
      if (isOfSave(next)) {
        sidecars.find(CheckpointNames.tagOf(fileOf(next))).ifPresent(this::takeNames);
      }
    }
    finishRemovals();
  }

  private void finishRemovals() {
    for (String removed : files.list()) {
      if (removed.endsWith(CheckpointNames.REMOVED)
          && CheckpointNames.isTag(tagOfRemoved(removed))) {
        finishRemoval(removed);
      }
    }
  }

  /** Whether a name is one of an array file that a save writes; others are none of ours. */
  private static boolean isOfSave(String name) {
    if (!name.endsWith(DataFiles.NEXT)) {
      return false;
    }
    String tag = CheckpointNames.tagOf(fileOf(name));
    return CheckpointNames.isTag(tag) && CheckpointNames.ofArrays(tag).contains(fileOf(name));
  }

  private static String fileOf(String next) {
    return next.substring(0, next.length() - DataFiles.NEXT.length());
  }

  private static String tagOfRemoved(String removed) {
    return removed.substring(0, removed.length() - CheckpointNames.REMOVED.length());
  }

  /** Removes a checkpoint. If this is interrupted, {@link #dropAll} completes it. */
  void remove(String tag) {
    String removed = tag + CheckpointNames.REMOVED;
    if (files.exists(tag + CheckpointNames.SIDECAR)) {
      files.rename(tag + CheckpointNames.SIDECAR, removed);
    }
    dropUnused(tag, List.of());
    files.delete(removed);
  }

  private void finishRemoval(String removed) {
    String tag = tagOfRemoved(removed);
    if (!files.exists(tag + CheckpointNames.SIDECAR)) { // otherwise it was saved again
      dropUnused(tag, List.of());
    }
    files.delete(removed);
  }

  /**
   * Completes the save of a file, or removes the file if it wasn't committed. Keeps the file if the
   * sidecar can't be read, since it may have been committed.
   */
  private void finishOrDrop(String next) {
    try {
      sidecars.find(CheckpointNames.tagOf(fileOf(next))).ifPresent(this::takeNames);
      files.delete(next);
    } catch (StorageException e) {
      log.warn("'{}' is kept: {}", next, e.getMessage());
    }
  }

  private void takeNames(Sidecar sidecar) {
    for (DataFile file : sidecar.files()) {
      String next = file.name() + DataFiles.NEXT;
      if (files.exists(next) && data.hash(next).equals(file.sha256())) {
        files.rename(next, file.name());
      }
    }
  }

  /** Removes array files of the replaced checkpoint that the new one doesn't have. */
  void dropUnused(String tag, List<DataFile> written) {
    List<String> used = written.stream().map(DataFile::name).toList();
    for (String name : CheckpointNames.ofArrays(tag)) {
      if (!used.contains(name)) {
        files.delete(name);
        files.delete(name + DataFiles.NEXT);
      }
    }
  }
}
