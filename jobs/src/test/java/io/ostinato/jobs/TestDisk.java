package io.ostinato.jobs;

import io.ostinato.spark.storage.QuickLocalFileSystem;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.AccessControlException;

/**
 * Folders of this machine as {@code disk:/…}, on a disk that can be full, and where folders can be
 * closed to everybody, the superuser of the machine too. What it says is what HDFS and Linux say.
 *
 * <p>Hadoop makes its file systems itself, so that what one does is told to all of this process.
 */
public final class TestDisk extends QuickLocalFileSystem {
  private static final String SCHEME = "disk";
  private static final AtomicLong ROOM = new AtomicLong(Long.MAX_VALUE);
  private static final AtomicBoolean LIKE_A_LOCAL_ONE = new AtomicBoolean();
  private static final Set<String> CLOSED = ConcurrentHashMap.newKeySet();

  /** What makes Hadoop find it. */
  public static Map<String, String> settings() {
    return Map.of(
        "fs." + SCHEME + ".impl", TestDisk.class.getName(),
        "fs.AbstractFileSystem." + SCHEME + ".impl", Context.class.getName());
  }

  public static Configuration configuration() {
    Configuration configuration = new Configuration();
    settings().forEach(configuration::set);
    return configuration;
  }

  public static String of(java.nio.file.Path path) {
    return SCHEME + ":" + path;
  }

  /** From now on so many bytes can be written, until something else is said. */
  public static void hasRoomFor(long bytes) {
    ROOM.set(bytes);
  }

  public static long room() {
    return ROOM.get();
  }

  /** From now on nobody may look into this folder, or at what is in it. */
  public static void close(java.nio.file.Path folder) {
    CLOSED.add(folder.toString());
  }

  /**
   * From now on it fails as Hadoop's local file system does: a file that may not be read isn't
   * found, and a full disk is an error.
   */
  public static void failsLikeALocalOne() {
    LIKE_A_LOCAL_ONE.set(true);
  }

  /** As it is in the beginning: a disk without an end, all of it open. */
  public static void repair() {
    ROOM.set(Long.MAX_VALUE);
    LIKE_A_LOCAL_ONE.set(false);
    CLOSED.clear();
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public FSDataInputStream open(Path file, int bufferSize) throws IOException {
    try {
      check(file, "READ");
    } catch (AccessControlException e) {
      if (LIKE_A_LOCAL_ONE.get()) {
        throw (IOException)
            new FileNotFoundException(file.toUri().getPath() + " (Permission denied)").initCause(e);
      }
      throw e;
    }
    return super.open(file, bufferSize);
  }

  @Override
  public FileStatus[] listStatus(Path folder) throws IOException {
    check(folder, "READ_EXECUTE");
    return super.listStatus(folder);
  }

  @Override
  public FileStatus getFileStatus(Path file) throws IOException {
    if (file.getParent() != null) {
      check(file.getParent(), "EXECUTE");
    }
    return super.getFileStatus(file);
  }

  @Override
  protected OutputStream createOutputStreamWithMode(
      Path file, boolean append, FsPermission permission) throws IOException {
    return new Bounded(super.createOutputStreamWithMode(file, append, permission));
  }

  private static FSError error(IOException cause) {
    try {
      Constructor<FSError> constructor = FSError.class.getDeclaredConstructor(Throwable.class);
      constructor.setAccessible(true);
      return constructor.newInstance(cause);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void check(Path path, String access) throws IOException {
    for (Path each = path; each != null; each = each.getParent()) {
      if (CLOSED.contains(each.toUri().getPath())) {
        throw new AccessControlException(
            "Permission denied: user=ann, access=%s, inode=\"%s\":root:root:drwx------"
                .formatted(access, each.toUri().getPath()));
      }
    }
  }

  /** As half of Hadoop asks for it. */
  public static final class Context extends DelegateToFileSystem {
    public Context(URI uri, Configuration configuration) throws IOException, URISyntaxException {
      super(uri, new TestDisk(), configuration, SCHEME, false);
    }

    @Override
    public int getUriDefaultPort() {
      return -1;
    }
  }

  /** Writes as much as there is room for, and fails. */
  private static final class Bounded extends FilterOutputStream {
    Bounded(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int single) throws IOException {
      write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      long before = ROOM.getAndUpdate(room -> Math.max(0, room - length));
      int fits = (int) Math.min(before, length);
      out.write(bytes, from, fits);
      if (fits < length) {
        IOException full = new IOException("No space left on device");
        if (LIKE_A_LOCAL_ONE.get()) {
          throw error(full);
        }
        throw full;
      }
    }
  }
}
