package io.ostinato.jobs.watch;

import java.io.IOException;
import java.nio.file.Path;

/** The folder that another program writes checkpoints to. */
interface CheckpointFolder {

  /** Lists the folder, including incomplete files. */
  Listing list() throws IOException;

  /** Whether a file has a writer; false if the file system can't tell. */
  boolean isBeingWritten(CheckpointFile checkpoint) throws IOException;

  /**
   * Copies a checkpoint, so that exactly the listed file is evaluated.
   *
   * @return false if the file has been replaced since it was listed; the copy is then useless
   * @throws java.io.FileNotFoundException if the file no longer exists
   * @throws IOException if it can't be read
   * @throws io.ostinato.storage.StorageException if the copy can't be written
   */
  boolean copy(CheckpointFile checkpoint, Path into) throws IOException;
}
