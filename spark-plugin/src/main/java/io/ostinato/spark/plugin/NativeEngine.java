package io.ostinato.spark.plugin;

import ai.djl.engine.Engine;
import io.ostinato.libraries.NativeLibraries;
import java.io.UncheckedIOException;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/**
 * Loads DJL's native engine into this process with {@link NativeLibraries}, after setting the
 * number of threads.
 */
public final class NativeEngine {
  private static final String THREADS = "ai.djl.pytorch.num_threads";
  private static final String ONNX_THREADS = "ai.djl.onnxruntime.num_threads";
  private static final String INTEROP_THREADS = "ai.djl.pytorch.num_interop_threads";

  /** The intra-op threads of the loaded engine; 0 before it is loaded. */
  private static volatile int loadedThreads;

  private NativeEngine() {}

  /**
   * Loads the engine unless it is loaded already. The number of threads in the settings overrides
   * DJL's system property, which overrides the default, cores divided by task slots. ONNX models
   * have an engine of their own, which gets the same number unless DJL's system property for it is
   * set.
   *
   * <p>Libraries on the class path take precedence over a version requested by the environment.
   *
   * @throws UncheckedIOException if DJL's cache folder can't be written
   * @throws IllegalStateException if there are no libraries, or they can't be loaded; names the
   *     environment variables involved
   */
  public static Engine load(OstinatoSettings settings) {
    synchronized (NativeEngine.class) {
      setThreads(settings);
      return loadQuietly();
    }
  }

  /**
   * Loads the engine on the driver, which uses all of its cores unless DJL's system property is
   * set. In local mode the driver is also the executor, so this is {@link #load}.
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

  /**
   * What loads the engine of a driver that has no Spark application yet, to run on another thread.
   * The number of threads is set already when this returns.
   */
  static Runnable loading(SparkConf conf, OstinatoSettings settings) {
    synchronized (NativeEngine.class) {
      if (conf.get("spark.master", "").matches("local(\\[.*)?")) {
        setThreads(settings);
      }
    }
    return () -> {
      synchronized (NativeEngine.class) {
        loadQuietly();
      }
    };
  }

  /** The intra-op threads of PyTorch for each task, once the engine is loaded; at least 1. */
  public static int intraOpThreads() {
    return Math.max(1, loadedThreads);
  }

  private static void setThreads(OstinatoSettings settings) {
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
  }

  private static Engine loadQuietly() {
    Engine engine = NativeLibraries.engine();
    if (loadedThreads == 0) {
      TorchWarnings.sayUnseen(engine);
      loadedThreads = Integer.getInteger(THREADS, Runtime.getRuntime().availableProcessors());
    }
    return engine;
  }
}
