package io.ostinato.spark.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Hadoop's file system of this machine, which without Hadoop's native library starts a process to
 * set permissions, and another one to see whether a file is a link; this one asks Java.
 */
public abstract class QuickLocalFileSystem extends RawLocalFileSystem {

  @Override
  public void setPermission(Path file, FsPermission permission) throws IOException {
    String symbols =
        permission.getUserAction().SYMBOL
            + permission.getGroupAction().SYMBOL
            + permission.getOtherAction().SYMBOL;
    Files.setPosixFilePermissions(
        pathToFile(file).toPath(), PosixFilePermissions.fromString(symbols));
  }

  @Override
  public FileStatus getFileLinkStatus(Path file) throws IOException {
    return Files.isSymbolicLink(pathToFile(file).toPath())
        ? super.getFileLinkStatus(file)
        : getFileStatus(file);
  }
}
