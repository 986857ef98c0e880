package io.ostinato.jobs.watch;

import java.io.IOException;
import java.nio.file.Path;

/** The folder that another program writes its checkpoints into. */
interface CheckpointFolder {

  /** What is in it now, complete or not. */
  Listing list() throws IOException;

  /** Whether a file has a writer; false where the file system doesn't know that. */
  boolean isBeingWritten(CheckpointFile checkpoint) throws IOException;

  /**
   * Copies a checkpoint, so that what is evaluated stays what it was when it was listed.
   *
   * @return false if it is another file by now, and the copy is of no use
   * @throws java.io.FileNotFoundException if it is gone
   * @throws IOException if it can't be read
   * @throws io.ostinato.storage.StorageException if the copy can't be written
   */
  boolean copy(CheckpointFile checkpoint, Path into) throws IOException;
}
