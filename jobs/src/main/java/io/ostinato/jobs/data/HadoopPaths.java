package io.ostinato.jobs.data;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * Names of files as users give them. Hadoop takes what is before a colon for a file system, though
 * it may be part of the name of a file on this machine.
 */
public final class HadoopPaths {
  private static final Pattern BEFORE_COLON = Pattern.compile("([^/:]+):(.*)", Pattern.DOTALL);

  private HadoopPaths() {}

  /**
   * Where a name leads: to the file of this machine where its beginning is no file system that
   * Hadoop knows.
   *
   * @throws IllegalArgumentException if it leads nowhere; says why, behind the name
   */
  public static Path path(String name, Configuration configuration) {
    Matcher colon = BEFORE_COLON.matcher(name);
    if (!colon.matches()) {
      return new Path(name);
    }
    String scheme = colon.group(1);
    boolean isKnown = isFileSystem(scheme, configuration);
    if (!isKnown && Files.exists(java.nio.file.Path.of(name))) {
      // By parts, since the whole would be taken apart at the colon again.
      return new Path("file", null, new File(name).getAbsolutePath());
    }
    if (colon.group(2).startsWith("/")) {
      return new Path(name);
    }
    throw new IllegalArgumentException(
        isKnown
            ? "behind '%s:' must come a whole path, as in %s:///folder/%s"
                .formatted(scheme, scheme, colon.group(2))
            : "there is no such file on this machine, and '%s' is no file system that Hadoop knows"
                .formatted(scheme));
  }

  /** The file system of a path. Beside a name with a colon Hadoop can't look for its checksums. */
  public static FileSystem system(Path path, Configuration configuration) throws IOException {
    FileSystem system = path.getFileSystem(configuration);
    return path.getName().contains(":") && system instanceof LocalFileSystem local
        ? local.getRawFileSystem()
        : system;
  }

  private static boolean isFileSystem(String scheme, Configuration configuration) {
    try {
      FileSystem.getFileSystemClass(scheme, configuration);
      return true;
    } catch (UnsupportedFileSystemException e) {
      return false;
    } catch (IOException | RuntimeException e) {
      return true; // known, whatever else is wrong with it
    }
  }
}
