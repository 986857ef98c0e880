package io.ostinato.libraries;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads DJL's engine into this process. Libraries on the class path are used, whatever version of
 * PyTorch the environment specifies, and only one process of a host unpacks them at a time.
 * Thread-safe.
 */
public final class NativeLibraries {
  private static final Logger log = LoggerFactory.getLogger(NativeLibraries.class);

  private static volatile @Nullable Engine loaded;

  private NativeLibraries() {}

  /**
   * DJL's default engine; the first call loads it.
   *
   * @throws UncheckedIOException if DJL's cache folder can't be written
   * @throws IllegalStateException if there are no libraries, or they can't be loaded; the message
   *     names the environment variables involved
   */
  public static Engine engine() {
    Engine engine = loaded;
    return engine == null ? load() : engine;
  }

  /**
   * Ensures that the engine will use the libraries of the class path, even if other code loads it;
   * loads nothing.
   *
   * @throws UncheckedIOException if DJL's cache folder can't be written
   * @throws IllegalStateException if the environment makes that impossible; the message says why
   */
  public static synchronized void prepare() {
    if (loaded == null && ClassPathNatives.overlooked(System.getenv()).isPresent()) {
      alone(
          () -> {
            preferClassPath();
            return true;
          });
    }
  }

  private static synchronized Engine load() {
    Engine engine = loaded;
    if (engine == null) {
      try {
        engine =
            alone(
                () -> {
                  preferClassPath();
                  return Engine.getInstance();
                });
      } catch (EngineException e) {
        throw new IllegalStateException(mistakeOf(e, System.getenv()), e);
      }
      loaded = engine;
    }
    return engine;
  }

  /**
   * Loads another library of DJL, alone on this host, since it may be unpacked.
   *
   * @throws UncheckedIOException if DJL's cache folder can't be written
   */
  public static <T> T unpacking(Supplier<T> load) {
    synchronized (NativeLibraries.class) {
      return alone(load::get);
    }
  }

  private static void preferClassPath() throws IOException {
    Optional<Platform> platform = ClassPathNatives.overlooked(System.getenv());
    if (platform.isPresent()) {
      ClassPathNatives.prefer(platform.orElseThrow());
    }
  }

  /** Work that may unpack libraries. */
  @FunctionalInterface
  private interface Unpacking<T> {
    T run() throws IOException;
  }

  private static <T> T alone(Unpacking<T> work) {
    Path lockFile = Utils.getCacheDir().resolve("ostinato-natives.lock");
    try {
      Files.createDirectories(Utils.getCacheDir());
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = lock(channel)) {
        assert lock.isValid();
        return work.run();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "can't unpack the native libraries into '%s': %s; set DJL_CACHE_DIR to a writable folder"
              .formatted(Utils.getCacheDir(), e.getMessage()),
          e);
    }
  }

  /** Why the engine can't be loaded, and which environment variables may be the cause. */
  static String mistakeOf(EngineException e, Map<String, String> environment) {
    List<String> decisive = ClassPathNatives.decisive(environment);
    String mistake = "can't load PyTorch's native libraries: " + Reason.of(e);
    return decisive.isEmpty()
        ? mistake
        : mistake
            + "; in DJL the environment (%s) takes precedence over the class path: unset it"
                .formatted(String.join(" and ", decisive));
  }

  private static FileLock lock(FileChannel channel) throws IOException {
    FileLock lock = channel.tryLock();
    if (lock != null) {
      return lock;
    }
    log.info("waiting for another process on this host that is loading the native libraries");
    return channel.lock();
  }
}
