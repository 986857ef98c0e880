package io.ostinato.spark.plugin;

import ai.djl.engine.Engine;
import io.ostinato.libraries.NativeLibraries;
import java.io.UncheckedIOException;
import org.apache.spark.SparkContext;

/**
 * Loads DJL's native engine into this process, as {@link NativeLibraries} does: the number of
 * threads is set before.
 */
public final class NativeEngine {
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
      if (settings.threads().set() > 0) {
        System.setProperty(THREADS, Integer.toString(settings.threads().set()));
      } else if (System.getProperty(THREADS) == null) {
        System.setProperty(THREADS, Integer.toString(settings.threads().perSlot()));
      }
      if (settings.threads().set() > 0 || System.getProperty(ONNX_THREADS) == null) {
        System.setProperty(ONNX_THREADS, System.getProperty(THREADS));
      }
      if (System.getProperty(INTEROP_THREADS) == null) {
        System.setProperty(INTEROP_THREADS, "1");
      }
      return loadQuietly();
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
      return loadQuietly();
    }
  }

  private static Engine loadQuietly() {
    Engine engine = NativeLibraries.engine();
    if (!loaded) {
      TorchWarnings.sayUnseen(engine);
      loaded = true;
    }
    return engine;
  }
}
