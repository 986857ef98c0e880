package io.ostinato.spark.plugin;

import ai.djl.engine.Engine;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Loads DJL's native engine into this process: the number of threads is set before, and only one
 * process of a host unpacks the native libraries at a time.
 */
public final class NativeEngine {
  private static final String THREADS = "ai.djl.pytorch.num_threads";
  private static final String INTEROP_THREADS = "ai.djl.pytorch.num_interop_threads";

  private NativeEngine() {}

  /**
   * Loads the engine; does nothing where it is loaded. A number of threads in the settings goes
   * before DJL's system property, and that before cores over slots.
   *
   * @throws UncheckedIOException if DJL's cache folder can't be written
   */
  public static Engine load(OstinatoSettings settings) {
    synchronized (NativeEngine.class) {
      if (settings.threads() > 0) {
        System.setProperty(THREADS, Integer.toString(settings.threads()));
      } else if (System.getProperty(THREADS) == null) {
        System.setProperty(THREADS, Integer.toString(settings.threadsPerSlot()));
      }
      if (System.getProperty(INTEROP_THREADS) == null) {
        System.setProperty(INTEROP_THREADS, "1");
      }
      return loadAlone();
    }
  }

  private static Engine loadAlone() {
    Path lockFile = Utils.getCacheDir().resolve("ostinato-natives.lock");
    try {
      Files.createDirectories(Utils.getCacheDir());
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        assert lock.isValid();
        return Engine.getInstance();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "can't unpack the native libraries into '%s': %s; point DJL_CACHE_DIR to a folder that"
                  .formatted(Utils.getCacheDir(), e.getMessage())
              + " can be written",
          e);
    }
  }
}
