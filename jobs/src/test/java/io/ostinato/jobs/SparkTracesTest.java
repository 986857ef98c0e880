package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparkTracesTest {
  private static final String ORT = "ai.djl.onnxruntime.engine.OrtEngine";
  private static final String NO_CUDA =
      "CUDA is not supported OnnxRuntime engine: Error code - ORT_EP_FAIL - message: Failed to find"
          + " CUDA shared provider";
  private static final String PLUGIN = "io.ostinato.spark.plugin.OstinatoPlugin";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "storage.BlockManager|Asked to remove block broadcast_5, which does not exist",
        "storage.BlockManager|Block rdd_1_0 could not be removed as it was not found on disk or in",
        "storage.BlockManager|Putting block rdd_1_0 failed due to exception java.io.IOException",
        "scheduler.TaskSetManager|Task 0 in stage 1.0 failed 1 times; aborting job",
      })
  void whatFollowsFromAFailureIsHidden(String logger, String text) {
    assertThat(isHidden("org.apache.spark." + logger, text, false, new SparkConf())).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "org.apache.spark.storage.BlockManager|Block rdd_1_0 already exists on this machine",
        "org.apache.spark.SparkContext|The driver has no memory left",
        "io.ostinato.jobs.watch.WatchLoop|Asked to remove block broadcast_5",
        PLUGIN + "|Ostinato is ready with PyTorch",
      })
  void othersAreShown(String logger, String text) {
    assertThat(isHidden(logger, text, false, new SparkConf())).isFalse();
  }

  /** The first evaluation fails with the same message; what others warn of is told nowhere else. */
  @Test
  void theTraceOfAnExecutorWithoutAnEngineIsHidden() {
    assertThat(isHidden(PLUGIN, "this executor can't evaluate", true, new SparkConf())).isTrue();
    assertThat(isHidden("org.apache.spark.executor.Executor", "Exception", true, new SparkConf()))
        .isTrue();
    assertThat(isHidden("io.ostinato.spark.ui.Tab", "can't be shown", true, new SparkConf()))
        .isFalse();
  }

  @Test
  void thatOnnxRuntimeHasNoGpusIsHiddenWhereNobodyAskedForAny() {
    assertThat(isHidden(ORT, NO_CUDA, false, new SparkConf(false))).isTrue();
    assertThat(isHidden(ORT, "out of threads", false, new SparkConf(false))).isFalse();
    SparkConf none = new SparkConf(false).set("spark.executor.resource.gpu.amount", "0");
    assertThat(isHidden(ORT, NO_CUDA, false, none)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"executor, 1", "task, 0.25", "driver, 2"})
  void itIsShownWhereGpusWereAskedFor(String who, String amount) {
    SparkConf conf =
        new SparkConf(false).set("spark.%s.resource.gpu.amount".formatted(who), amount);
    assertThat(isHidden(ORT, NO_CUDA, false, conf)).isFalse();
  }

  private static boolean isHidden(String logger, String text, boolean isWithTrace, SparkConf conf) {
    return SparkTraces.isHidden(logger, text, isWithTrace, () -> conf);
  }
}
