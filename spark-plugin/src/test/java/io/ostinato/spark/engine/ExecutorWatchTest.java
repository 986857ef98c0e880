package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.schedule.TrainingIteration;
import java.util.List;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class ExecutorWatchTest {
  private static final EvaluationTag TAG =
      new EvaluationTag("accuracy", new TrainingIteration(1, 2, 3), "test");
  private static final InternalExecutors.Loss KILLED =
      new InternalExecutors.Loss(3, "7", "worker-1", "Command exited with code 137");

  /** As for a dataset whose shuffle files were on the executors that died. */
  @Test
  void aJobThatSparkGivesUpWithoutNamingTheExecutorsNamesThem() {
    EvaluationException failure =
        failed(
            "Job aborted due to stage failure: ResultStage 4 (collectAsync at a.java:5) has failed"
                + " the maximum allowable number of times: 4. Most recent failure reason:\n"
                + "org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output"
                + " location for shuffle 0 partition 1\n\tat org.apache.spark.A.b(A.scala:1)");
    EvaluationException told = ExecutorWatch.explained(failure, List.of(KILLED, KILLED));
    assertThat(told)
        .hasMessageStartingWith(TAG + " failed: Job aborted due to stage failure: ResultStage 4")
        .hasMessageContaining(
            "Most recent failure reason: MetadataFetchFailedException: Missing an output location"
                + " for shuffle 0 partition 1; meanwhile 2 executors were lost, the last one"
                + " executor 7 on worker-1: Command exited with code 137 (SIGKILL")
        .hasMessageContaining("increase spark.executor.memoryOverhead")
        .hasCause(failure);
    assertThat(told.tag()).contains(TAG);
    assertThat(told.problem()).startsWith("Job aborted").contains("executor 7 on worker-1");
    assertThat(ExecutorWatch.explained(failure, List.of())).isSameAs(failure);
  }

  @Test
  void aFailureThatHasItsOwnReasonIsLeftAsItIs() {
    EvaluationException lost =
        failed(
            "Job aborted due to stage failure: Task 0 in stage 7.0 failed 4 times, most recent"
                + " failure: Lost task 0.3 in stage 7.0 (TID 17) (h executor 7):"
                + " ExecutorLostFailure (executor 7 exited caused by one of the running tasks)"
                + " Reason: Command exited with code 137");
    EvaluationException ofTask =
        Failures.asEvaluationException(
            TAG, new SparkException("Job aborted", new IllegalStateException("no luck")));
    EvaluationException own = EvaluationException.of(TAG, "a row is missing");
    for (EvaluationException failure : List.of(lost, ofTask, own)) {
      assertThat(ExecutorWatch.explained(failure, List.of(KILLED))).isSameAs(failure);
    }
  }

  private static EvaluationException failed(String text) {
    return Failures.asEvaluationException(TAG, new SparkException(text));
  }
}
