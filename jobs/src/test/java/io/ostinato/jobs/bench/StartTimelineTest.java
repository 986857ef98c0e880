package io.ostinato.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import org.junit.jupiter.api.Test;

class StartTimelineTest {
  private static final List<String> LOG =
      List.of(
          "a line without a time",
          "2500 SparkContext: Running Spark version 3.5.8",
          "2600 Platform: Found matching platform from: a.jar",
          "3000 BlockManager: Initialized BlockManager: BlockManagerId(driver)",
          "3100 OstinatoPlugin: Ostinato is ready with PyTorch",
          "5000 TrainRows: collected 1437 rows to train on in the driver's memory",
          "6000 SparkEvaluationEngine: callback 'metrics.test' at E1_U22_S1408",
          "7000 SparkEvaluationEngine: callback 'metrics.test' at E2_U44_S2816");

  @Test
  void phasesLastFromTheEndOfTheLastOneToTheirMark() {
    StartTimeline timeline = StartTimeline.of(LOG, 1000, 5.25);
    assertThat(timeline.phases())
        .containsExactly(
            entry(StartPhase.SUBMIT, 1.5),
            entry(StartPhase.CONTEXT, 0.5),
            entry(StartPhase.DATA, 2.0),
            entry(StartPhase.METRIC, 1.0));
    assertThat(timeline.natives()).isEqualTo(0.5);
    assertThat(timeline.detail()).startsWith("5.25 s: JVM, spark-submit and configuration 1.50, ");
  }

  @Test
  void theMedianIsTakenOfEachTime() {
    StartTimeline one = StartTimeline.of(LOG, 1000, 5);
    StartTimeline late = StartTimeline.of(LOG, 0, 9);
    assertThat(StartTimeline.median(List.of(one, late, one))).isEqualTo(one);
    assertThat(StartTimeline.median(List.of(one, late)).phases())
        .containsEntry(StartPhase.SUBMIT, 2.0);
  }

  @Test
  void aLogThatEndsEarlySaysWhatIsMissing() {
    assertThatThrownBy(() -> StartTimeline.of(LOG.subList(0, 5), 1000, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no 'TrainRows: collected' in the log");
  }
}
