package io.ostinato.spark.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.libraries.NativeLibraries;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EnginePreloadTest {
  private static final List<String> THREADS =
      List.of(
          "ai.djl.pytorch.num_threads",
          "ai.djl.pytorch.num_interop_threads",
          "ai.djl.onnxruntime.num_threads");

  private final Properties before = (Properties) System.getProperties().clone();

  @AfterEach
  void restoreThreads() {
    for (String key : THREADS) {
      String value = before.getProperty(key);
      if (value == null) {
        System.clearProperty(key);
      } else {
        System.setProperty(key, value);
      }
    }
  }

  @Test
  void whatComesAfterwardsWaitsForALoadingAndRunsOnce() {
    List<String> done = new ArrayList<>();
    List<Runnable> threads = new ArrayList<>();
    EnginePreload.begin(() -> done.add("loaded"), threads::add);
    EnginePreload.afterwards(() -> done.add("afterwards"));
    assertThat(done).isEmpty();
    threads.forEach(Runnable::run);
    assertThat(done).containsExactly("loaded", "afterwards");
    EnginePreload.afterwards(() -> done.add("at once"));
    assertThat(done).containsExactly("loaded", "afterwards", "at once");
  }

  @Test
  void nobodyWaitsForALoadingThatGoesOnButWithoutOneTheEngineIsLoadedAtOnce() {
    List<String> done = new ArrayList<>();
    List<Runnable> threads = new ArrayList<>();
    EnginePreload.begin(() -> done.add("loaded"), threads::add);
    EnginePreload.loadUnlessBegun(() -> done.add("at once"));
    assertThat(done).isEmpty();
    threads.forEach(Runnable::run);
    EnginePreload.loadUnlessBegun(() -> done.add("at once"));
    assertThat(done).containsExactly("loaded", "at once");
  }

  @Test
  void whatComesAfterwardsAlsoRunsIfLoadingFails() {
    List<String> done = new ArrayList<>();
    CompletableFuture<Void> loading =
        EnginePreload.begin(
            () -> {
              throw new IllegalStateException("no libraries");
            },
            Runnable::run);
    EnginePreload.afterwards(() -> done.add("afterwards"));
    assertThat(done).containsExactly("afterwards");
    assertThatThrownBy(loading::join).hasRootCauseMessage("no libraries");
  }

  @Test
  void theEngineOfALocalDriverIsLoadedWithItsThreadsOnAnotherThread() throws Exception {
    SparkConf conf = new SparkConf(false).setMaster("local[2]").set("spark.ostinato.threads", "1");
    THREADS.forEach(System::clearProperty);
    CompletableFuture<String> seen = new CompletableFuture<>();
    synchronized (NativeEngine.class) { // no other thread can load the engine meanwhile
      assertThat(EnginePreload.begin(conf, OstinatoSettings.of(conf))).isTrue();
      assertThat(System.getProperty("ai.djl.pytorch.num_threads")).isEqualTo("1");
      EnginePreload.afterwards(() -> seen.complete(Thread.currentThread().getName()));
      assertThat(seen).as("still loading").isNotDone();
    }
    assertThat(seen.get(2, TimeUnit.MINUTES)).isEqualTo("ostinato-preload");
    assertThat(NativeLibraries.engine().getEngineName()).isEqualTo("PyTorch");
  }

  @Test
  void nothingIsLoadedInAdvanceIfTheSettingForbidsItOrNoLibrariesAreThere() {
    SparkConf off = new SparkConf(false).setMaster("local").set("spark.ostinato.preload", "false");
    assertThat(EnginePreload.begin(off, OstinatoSettings.of(off))).isFalse();
    SparkConf on = new SparkConf(false).setMaster("local");
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      assertThat(EnginePreload.begin(on, OstinatoSettings.of(on))).isFalse();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
