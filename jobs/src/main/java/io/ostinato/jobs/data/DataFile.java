package io.ostinato.jobs.data;

import io.ostinato.jobs.ErrorLine;
import io.ostinato.storage.StorageException;
import io.ostinato.text.Excerpt;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Reads files that describe data, such as tokenizers and lists of labels. */
final class DataFile {
  private static final int MOST_BYTES = 256 << 20;

  private DataFile() {}

  /**
   * Reads a file on any file system that Hadoop supports.
   *
   * @param key the key that names the file, for messages
   * @throws IllegalArgumentException if it can't be read; says why in one line
   */
  static byte[] read(String key, String file, Configuration hadoop) {
    try {
      Path path = HadoopPaths.path(file, hadoop);
      try (InputStream in = HadoopPaths.system(path, hadoop).open(path)) {
        byte[] content = in.readNBytes(MOST_BYTES + 1);
        if (content.length > MOST_BYTES) {
          throw refused(key, file, "it is larger than 256 MiB; is it the right file?", null);
        }
        return content;
      }
    } catch (IOException e) {
      String problem =
          StorageException.isMissing(e) ? "there is no such file" : ErrorLine.withoutRemedy(e);
      throw refused(key, file, problem, e);
    } catch (FSError e) {
      throw refused(key, file, ErrorLine.withoutRemedy(e), e);
    }
  }

  /** The exception for a file that can't be used. */
  static IllegalArgumentException refused(
      String key, String file, String problem, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "%s '%s': %s".formatted(key, Excerpt.of(file), problem), cause);
  }
}
