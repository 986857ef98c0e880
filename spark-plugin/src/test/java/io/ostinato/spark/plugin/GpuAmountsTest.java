package io.ostinato.spark.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.spark.TestSpark;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class GpuAmountsTest {

  @Test
  void amountsThatUseEveryGpuAndCoreSayNothing() {
    for (GpuAmounts amounts :
        List.of(
            new GpuAmounts("", "", 8, 1),
            new GpuAmounts("2", "1", 2, 1),
            new GpuAmounts("2", "0.5", 16, 4),
            new GpuAmounts("1", "0.33", 3, 1),
            new GpuAmounts("1", "0.1", 10, 1),
            new GpuAmounts("4", "1", 0, 1))) {
      assertThatCode(amounts::check).doesNotThrowAnyException();
      assertThat(amounts.warnings()).as("%s", amounts).isEmpty();
    }
  }

  @Test
  void aTaskThatWantsMoreThanAnExecutorHasIsRefused() {
    assertThatThrownBy(() -> new GpuAmounts("2", "3", 8, 1).check())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "invalid amounts of GPUs:\n  - spark.task.resource.gpu.amount=3 is more than"
                + " spark.executor.resource.gpu.amount=2: no task would ever run; lower the first"
                + " or raise the second");
  }

  @Test
  void oneAmountWithoutTheOtherIsRefused() {
    assertThat(new GpuAmounts("2", "", 8, 1).mistakes())
        .containsExactly(
            "spark.executor.resource.gpu.amount=2, but spark.task.resource.gpu.amount is not set:"
                + " Spark would assign no GPU to tasks, and all would compute on the first; set it"
                + " to 1, or to 0.5 for two tasks on each GPU");
    assertThat(new GpuAmounts("", "0.5", 8, 1).mistakes())
        .containsExactly(
            "spark.task.resource.gpu.amount=0.5, but spark.executor.resource.gpu.amount is not"
                + " set: no executor would have a GPU for a task; set it to the number of"
                + " GPUs of each executor");
  }

  @Test
  void amountsThatAreNoneAreRefusedTogether() {
    assertThat(new GpuAmounts("many", "-1", 8, 1).mistakes())
        .containsExactly(
            "spark.executor.resource.gpu.amount=many is not allowed; it must be a number of at"
                + " least 0",
            "spark.task.resource.gpu.amount=-1 is not allowed; it must be a number of at least 0");
    assertThat(new GpuAmounts("2.5", "1.5", 8, 1).mistakes())
        .containsExactly(
            "spark.executor.resource.gpu.amount=2.5 is not allowed; it must be a whole number",
            "spark.task.resource.gpu.amount=1.5 is not allowed; it must be a whole number, or a"
                + " fraction of one GPU, such as 0.5");
  }

  @Test
  void coresThatGetNoTaskAreWarnedOf() {
    assertThat(new GpuAmounts("1", "0.5", 8, 1).warnings())
        .containsExactly(
            "an executor's 8 cores over spark.task.cpus=1 allow 8 tasks at a time, but"
                + " spark.executor.resource.gpu.amount=1 over spark.task.resource.gpu.amount=0.5"
                + " allow 2; the other cores are used only by threads of the native engine. For more"
                + " tasks, lower spark.task.resource.gpu.amount");
  }

  @Test
  void gpusThatGetNoTaskAreWarnedOf() {
    assertThat(new GpuAmounts("4", "0.5", 4, 2).warnings())
        .containsExactly(
            "an executor's 4 cores over spark.task.cpus=2 allow 2 tasks at a time, but"
                + " spark.executor.resource.gpu.amount=4 over spark.task.resource.gpu.amount=0.5"
                + " allow 8, so GPUs wait for cores; give executors 16 cores");
    assertThat(new GpuAmounts("3", "2", 1, 1).warnings())
        .containsExactly(
            "spark.task.resource.gpu.amount=2: a task computes on one GPU, so 1 of 2 are idle; set"
                + " it to 1",
            "spark.executor.resource.gpu.amount=3 is not a multiple of"
                + " spark.task.resource.gpu.amount=2: 1 of the GPUs of each executor are never"
                + " assigned");
  }

  @Test
  void aShareThatLeavesARestIsWarnedOf() {
    assertThat(new GpuAmounts("1", "0.4", 2, 1).warnings())
        .containsExactly(
            "spark.task.resource.gpu.amount=0.4: 2 tasks of 0.4 fit on a GPU, and 0.2 of it is"
                + " unused; 0.5 gives the same number of tasks");
  }

  @Test
  void amountsComeFromTheSettingsOfAnApplicationThatIsNotLocal() {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.master", "local-cluster[2,4,1024]")
            .set("spark.executor.resource.gpu.amount", " 2 ")
            .set("spark.task.resource.gpu.amount", "0.5")
            .set("spark.task.cpus", "2");
    assertThat(GpuAmounts.of(conf)).isEqualTo(new GpuAmounts("2", "0.5", 4, 2));
    assertThat(GpuAmounts.of(conf.clone().set("spark.master", "spark://a:7077")))
        .as("a worker's cores are not known")
        .isEqualTo(new GpuAmounts("2", "0.5", 0, 2));
    assertThat(GpuAmounts.of(conf.clone().set("spark.master", "local[4]")))
        .as("in local mode tasks have no GPUs")
        .isEqualTo(new GpuAmounts("", "", 4, 2));
  }

  @Test
  void thePluginStopsAnApplicationWhoseAmountsMakeNoSense() {
    assertThatThrownBy(
            () ->
                TestSpark.local(
                    "local-cluster[1,1,1024]",
                    Map.of(
                        "spark.plugins",
                        OstinatoPlugin.class.getName(),
                        "spark.executor.resource.gpu.amount",
                        "1")))
        .hasStackTraceContaining("spark.task.resource.gpu.amount is not set");
  }
}
