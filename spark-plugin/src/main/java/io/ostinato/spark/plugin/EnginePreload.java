package io.ostinato.spark.plugin;

import ai.djl.util.ClassLoaderUtils;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the native engine on a thread of its own while Spark starts and data is opened. Whoever
 * needs the engine meanwhile waits for it in {@link NativeEngine}.
 */
public final class EnginePreload {
  /** Of the jar with PyTorch's native libraries, as DJL looks for it. */
  private static final String NATIVES = "native/lib/pytorch.properties";

  /** The longest time that the end of the process waits for libraries that are being unpacked. */
  private static final Duration AT_EXIT = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(NativeEngine.class);
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private static volatile CompletableFuture<Void> begun = DONE;

  private EnginePreload() {}

  /**
   * Begins to load the engine of a driver, if {@code spark.ostinato.preload} is set and the native
   * libraries are on the class path already: jars that only Spark will add come too late. The
   * number of threads is set when this returns.
   *
   * @return whether loading has begun
   */
  public static boolean begin(SparkConf conf, OstinatoSettings settings) {
    if (!settings.start().preload() || !areNativesPresent()) {
      return false;
    }
    begin(NativeEngine.loading(conf, settings), EnginePreload::startThread);
    return true;
  }

  /**
   * Loads the engine of a driver unless that has begun and goes on, so that what can't be loaded is
   * an error before other work.
   *
   * @throws UncheckedIOException if DJL's cache folder can't be written
   * @throws IllegalStateException if there are no libraries, or they can't be loaded
   */
  public static void loadUnlessBegun(SparkContext context) {
    loadUnlessBegun(
        () -> NativeEngine.loadOnDriver(context, OstinatoSettings.of(context.getConf())));
  }

  static void loadUnlessBegun(Runnable load) {
    if (begun.isDone()) {
      load.run();
    }
  }

  /** Runs an action once a begun loading has ended, well or not; at once if none has begun. */
  static void afterwards(Runnable action) {
    begun.whenComplete((nothing, failure) -> action.run());
  }

  static CompletableFuture<Void> begin(Runnable load, Executor executor) {
    CompletableFuture<Void> loading = CompletableFuture.runAsync(load, executor);
    begun = loading;
    // Whoever needs the engine next tries again, and reports the failure.
    return loading.whenComplete(
        (nothing, failure) -> {
          if (failure != null) {
            log.debug("the native engine can't be loaded in advance", failure);
          }
        });
  }

  private static void startThread(Runnable load) {
    Thread thread = new Thread(load, "ostinato-preload");
    thread.setDaemon(true);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> finish(thread), "ostinato-preload-end"));
    thread.start();
  }

  /** Unpacked files would be left behind if the process ended while they are written. */
  private static void finish(Thread thread) {
    try {
      thread.join(AT_EXIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean areNativesPresent() {
    return ClassLoaderUtils.getContextClassLoader().getResource(NATIVES) != null;
  }
}
