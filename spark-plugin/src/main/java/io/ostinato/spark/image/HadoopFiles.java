package io.ostinato.spark.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Files as executors read them, with Hadoop's configuration of the session. Not thread-safe. */
final class HadoopFiles implements Serializable {
  private static final long serialVersionUID = 1;

  private final Broadcast<byte[]> configuration;
  private transient @Nullable Configuration read;

  private HadoopFiles(Broadcast<byte[]> configuration) {
    this.configuration = configuration;
  }

  /** The files that the driver of a session can read now. */
  static HadoopFiles of(SparkSession session) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      session.sparkContext().hadoopConfiguration().write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new HadoopFiles(
        JavaSparkContext.fromSparkContext(session.sparkContext()).broadcast(bytes.toByteArray()));
  }

  /**
   * The content of a file.
   *
   * @throws IllegalArgumentException if there is no such file, or it exceeds 2 GiB
   */
  byte[] content(String name) throws IOException {
    Path path = new Path(name);
    FileSystem system = path.getFileSystem(configuration());
    try {
      long length = system.getFileStatus(path).getLen();
      if (length > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException("the file has %s bytes".formatted(length));
      }
      try (InputStream in = system.open(path)) {
        return in.readAllBytes();
      }
    } catch (FileNotFoundException e) {
      throw new IllegalArgumentException("there is no such file", e);
    }
  }

  private Configuration configuration() throws IOException {
    Configuration known = read;
    if (known == null) {
      known = new Configuration(false);
      known.readFields(new DataInputStream(new ByteArrayInputStream(configuration.value())));
      read = known;
    }
    return known;
  }
}
