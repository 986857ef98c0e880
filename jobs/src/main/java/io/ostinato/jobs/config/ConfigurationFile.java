package io.ostinato.jobs.config;

import io.ostinato.jobs.ErrorLine;
import io.ostinato.storage.StorageException;
import io.ostinato.text.Excerpt;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;

/**
 * Reads configuration files: local ones, or ones on any file system that Hadoop supports, since the
 * driver may run on a machine where users can't put files.
 */
public final class ConfigurationFile {
  private static final String HADOOP = "spark.hadoop.";
  private static final String WITH_SCHEME = "[a-zA-Z][a-zA-Z0-9+.-]+:/.*";

  /** The maximum size of a file. */
  private static final int MOST_BYTES = 3 << 20;

  private ConfigurationFile() {}

  /**
   * Reads a file as UTF-8. Doesn't need a Spark session.
   *
   * @param file a local path, or a URI such as {@code hdfs://name-node/run.yaml}
   * @throws IllegalArgumentException if it can't be read, is too large or isn't text; says why in
   *     one line
   */
  public static String read(String file) {
    try {
      byte[] bytes = bytes(file);
      if (bytes.length > MOST_BYTES) {
        throw new IllegalArgumentException(
            "'%s' is larger than 3 MiB, the maximum of a configuration; is it the right file?"
                .formatted(Excerpt.of(file)));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw unreadable(file, "it is not valid UTF-8 text", e);
    } catch (IOException e) {
      if (StorageException.isMissing(e)) {
        throw new IllegalArgumentException("there is no file '%s'".formatted(Excerpt.of(file)), e);
      }
      throw unreadable(file, ErrorLine.of(e), e);
    }
  }

  /** At most one byte more than allowed, since a file can be endless or of any size. */
  private static byte[] bytes(String file) throws IOException {
    try (InputStream in = open(file)) {
      return in.readNBytes(MOST_BYTES + 1);
    }
  }

  private static InputStream open(String file) throws IOException {
    try {
      return file.matches(WITH_SCHEME) ? ofHadoop(file) : Files.newInputStream(Path.of(file));
    } catch (IllegalArgumentException e) { // the name is no path, or no URI
      throw new IllegalArgumentException(
          "'%s' is not a valid file name: %s"
              .formatted(Excerpt.of(file), Excerpt.of(ErrorLine.of(e))),
          e);
    }
  }

  private static InputStream ofHadoop(String file) throws IOException {
    var path = new org.apache.hadoop.fs.Path(file);
    return path.getFileSystem(hadoopSettings()).open(path);
  }

  /**
   * Hadoop's settings as Spark will have them: spark-submit passes them as system properties. Needs
   * no Spark session.
   */
  public static Configuration hadoopSettings() {
    Configuration settings = new Configuration();
    Properties properties = System.getProperties();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(HADOOP)) {
        settings.set(name.substring(HADOOP.length()), properties.getProperty(name));
      }
    }
    return settings;
  }

  private static IllegalArgumentException unreadable(String file, String why, IOException e) {
    return new IllegalArgumentException(
        "can't read '%s': %s".formatted(Excerpt.of(file), Excerpt.ofMessage(why)), e);
  }
}
