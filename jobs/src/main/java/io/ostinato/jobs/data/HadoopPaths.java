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
 * Resolves file names given by users. Hadoop treats text before a colon as the scheme of a file
 * system, although it may be part of the name of a local file.
 */
public final class HadoopPaths {
  private static final Pattern BEFORE_COLON = Pattern.compile("([^/:]+):(.*)", Pattern.DOTALL);

  private HadoopPaths() {}

  /**
   * Resolves a name. It is the name of a local file if the text before its colon is not a file
   * system that Hadoop supports and the file exists.
   *
   * @throws IllegalArgumentException if the name can't be resolved; the message is the reason, to
   *     follow the name
   */
  public static Path path(String name, Configuration configuration) {
    Matcher colon = BEFORE_COLON.matcher(name);
    if (!colon.matches()) {
      return new Path(name);
    }
    String scheme = colon.group(1);
    boolean isKnown = isFileSystem(scheme, configuration);
    if (!isKnown && Files.exists(java.nio.file.Path.of(name))) {
      // In parts, since a whole name would be split at the colon again.
      return new Path("file", null, new File(name).getAbsolutePath());
    }
    if (colon.group(2).startsWith("/")) {
      return new Path(name);
    }
    throw new IllegalArgumentException(
        isKnown
            ? "'%s:' must be followed by an absolute path, for example %s:///folder/%s"
                .formatted(scheme, scheme, colon.group(2))
            : "there is no such file on this machine, and '%s' is not a file system that Hadoop supports"
                .formatted(scheme));
  }

  /**
   * The file system of a path: the raw local one if the name has a colon, since Hadoop can't look
   * up the checksum file of such a name.
   */
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
      return true; // supported, whatever else is wrong with it
    }
  }
}
