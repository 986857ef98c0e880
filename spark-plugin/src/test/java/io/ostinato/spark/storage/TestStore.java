package io.ostinato.spark.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.jspecify.annotations.Nullable;

/**
 * Folders of this machine as {@code store:/…}, with the manners of an object store: an object
 * appears, whole, when it is closed, nothing is appended, and renaming isn't one step.
 */
public final class TestStore extends QuickLocalFileSystem {
  private static final String SCHEME = "store";

  /** Settings by which Hadoop finds it. */
  public static Configuration configuration() {
    Configuration configuration = new Configuration();
    configuration.set("fs." + SCHEME + ".impl", TestStore.class.getName());
    configuration.set("fs.AbstractFileSystem." + SCHEME + ".impl", Context.class.getName());
    return configuration;
  }

  public static String of(java.nio.file.Path path) {
    return SCHEME + ":" + path;
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public boolean hasPathCapability(Path path, String capability) throws IOException {
    return switch (capability.toLowerCase(Locale.ROOT)) {
      case CommonPathCapabilities.ABORTABLE_STREAM -> true;
      case CommonPathCapabilities.FS_APPEND -> false;
      default -> super.hasPathCapability(path, capability);
    };
  }

  @Override
  public FSDataOutputStream append(Path file, int bufferSize, Progressable progress) {
    throw new UnsupportedOperationException("a store can't append to " + file);
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress) {
    return new FSDataOutputStream(new Upload(pathToFile(file).toPath()), null);
  }

  private static final class Upload extends ByteArrayOutputStream
      implements Abortable, StreamCapabilities {
    private final java.nio.file.Path object;
    private boolean isDone;

    Upload(java.nio.file.Path object) {
      this.object = object;
    }

    @Override
    public void close() throws IOException {
      if (!isDone) {
        isDone = true;
        Files.createDirectories(object.getParent());
        // Where it isn't listed, as the parts of an upload that a killed process leaves behind.
        java.nio.file.Path parts = Files.createTempFile("upload", "");
        Files.write(parts, toByteArray());
        Files.move(parts, object, StandardCopyOption.ATOMIC_MOVE);
      }
    }

    @Override
    public AbortableResult abort() {
      boolean wasDone = isDone;
      isDone = true;
      return new AbortableResult() {
        @Override
        public boolean alreadyClosed() {
          return wasDone;
        }

        @Override
        public @Nullable IOException anyCleanupException() {
          return null;
        }
      };
    }

    @Override
    public boolean hasCapability(String capability) {
      return capability.equalsIgnoreCase(StreamCapabilities.ABORTABLE_STREAM);
    }
  }

  /** As half of Hadoop asks for it. */
  public static final class Context extends DelegateToFileSystem {
    public Context(URI uri, Configuration configuration) throws IOException, URISyntaxException {
      super(uri, new TestStore(), configuration, SCHEME, false);
    }

    @Override
    public int getUriDefaultPort() {
      return -1;
    }
  }
}
