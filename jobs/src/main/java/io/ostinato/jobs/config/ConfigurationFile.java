package io.ostinato.jobs.config;

import io.ostinato.jobs.ErrorLine;
import io.ostinato.storage.StorageException;
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

  private ConfigurationFile() {}

  /**
   * Reads a file as UTF-8. Doesn't need a Spark session.
   *
   * @param file a local path, or a URI such as {@code hdfs://name-node/run.yaml}
   * @throws IllegalArgumentException if it can't be read; says why in one line
   */
  public static String read(String file) {
    try {
      byte[] bytes = file.matches(WITH_SCHEME) ? ofHadoop(file) : Files.readAllBytes(Path.of(file));
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw unreadable(file, "it is not valid UTF-8 text", e);
    } catch (IOException e) {
      if (StorageException.isMissing(e)) {
        throw new IllegalArgumentException("there is no file '%s'".formatted(file), e);
      }
      throw unreadable(file, ErrorLine.of(e), e);
    }
  }

  private static byte[] ofHadoop(String file) throws IOException {
    var path = new org.apache.hadoop.fs.Path(file);
    try (InputStream in = path.getFileSystem(hadoopSettings()).open(path)) {
      return in.readAllBytes();
    }
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
    return new IllegalArgumentException("can't read '%s': %s".formatted(file, why), e);
  }
}
