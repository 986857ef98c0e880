package io.ostinato.spark.plugin;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.util.Utils;
import io.ostinato.evaluation.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads DJL's native engine into this process: the number of threads is set before, and only one
 * process of a host unpacks the native libraries at a time.
 */
public final class NativeEngine {
  private static final Logger log = LoggerFactory.getLogger(NativeEngine.class);
  private static final String THREADS = "ai.djl.pytorch.num_threads";
  private static final String ONNX_THREADS = "ai.djl.onnxruntime.num_threads";
  private static final String INTEROP_THREADS = "ai.djl.pytorch.num_interop_threads";

  private static boolean loaded;

  private NativeEngine() {}

  /**
   * Loads the engine; does nothing where it is loaded. A number of threads in the settings goes
   * before DJL's system property, and that before cores over slots. ONNX models, which have an
   * engine of their own, get the same number unless DJL's system property for that says otherwise.
   *
   * <p>Libraries on the class path go before a version that the environment asks for.
   *
   * @throws UncheckedIOException if DJL's cache folder can't be written
   * @throws IllegalStateException if there are no libraries, or they can't be loaded; names what
   *     the environment has to do with it
   */
  public static Engine load(OstinatoSettings settings) {
    synchronized (NativeEngine.class) {
      if (settings.threads() > 0) {
        System.setProperty(THREADS, Integer.toString(settings.threads()));
      } else if (System.getProperty(THREADS) == null) {
        System.setProperty(THREADS, Integer.toString(settings.threadsPerSlot()));
      }
      if (settings.threads() > 0 || System.getProperty(ONNX_THREADS) == null) {
        System.setProperty(ONNX_THREADS, System.getProperty(THREADS));
      }
      if (System.getProperty(INTEROP_THREADS) == null) {
        System.setProperty(INTEROP_THREADS, "1");
      }
      return loadAlone();
    }
  }

  /**
   * Loads the engine into the driver, which computes on all of its cores unless DJL's system
   * property says otherwise; in local mode the driver is the executor too.
   *
   * @throws UncheckedIOException if DJL's cache folder can't be written
   */
  public static Engine loadOnDriver(SparkContext context, OstinatoSettings settings) {
    if (context.isLocal()) {
      return load(settings);
    }
    synchronized (NativeEngine.class) {
      return loadAlone();
    }
  }

  private static Engine loadAlone() {
    Path lockFile = Utils.getCacheDir().resolve("ostinato-natives.lock");
    try {
      Files.createDirectories(Utils.getCacheDir());
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = lock(channel)) {
        assert lock.isValid();
        ClassPathNatives.prefer(System.getenv());
        Engine engine = Engine.getInstance();
        if (!loaded) {
          TorchWarnings.sayUnseen(engine);
          loaded = true;
        }
        return engine;
      }
    } catch (EngineException e) {
      throw new IllegalStateException(mistakeOf(e, System.getenv()), e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "can't unpack the native libraries into '%s': %s; point DJL_CACHE_DIR to a folder that"
                  .formatted(Utils.getCacheDir(), e.getMessage())
              + " can be written",
          e);
    }
  }

  /** Why the engine can't be loaded, and what the environment may have to do with it. */
  static String mistakeOf(EngineException e, Map<String, String> environment) {
    List<String> decisive = ClassPathNatives.decisive(environment);
    String mistake = "can't load PyTorch's native libraries: " + Reason.of(e);
    return decisive.isEmpty()
        ? mistake
        : mistake
            + "; DJL follows the environment (%s) before the class path: unset that"
                .formatted(String.join(" and ", decisive));
  }

  private static FileLock lock(FileChannel channel) throws IOException {
    FileLock lock = channel.tryLock();
    if (lock != null) {
      return lock;
    }
    log.info("another process of this host loads the native libraries; waiting for it");
    return channel.lock();
  }
}
