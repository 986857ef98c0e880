package io.ostinato.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the texts of Spark 3.5 and 4.2 on its cluster managers. */
class ExecutorLossTest {
  private static final String ABORTED =
      "Job aborted due to stage failure: Task 0 in stage 7.0 failed 4 times, most recent failure:"
          + " Lost task 0.3 in stage 7.0 (TID 17) (worker-1 executor 7): ExecutorLostFailure"
          + " (executor 7 exited caused by one of the running tasks) Reason: %s\nDriver"
          + " stacktrace:\n\tat a.B.c(B.java:1)";

  @Test
  void theExecutorItsHostTheReasonAndARemedyAreNamed() {
    assertThat(ExecutorLoss.lineOf(ABORTED.formatted("Command exited with code 137")))
        .contains(
            "a task failed 4 times, the last time because executor 7 on worker-1 was lost: Command"
                + " exited with code 137 (SIGKILL: it was killed, for example by the memory limit"
                + " of its container or host); increase spark.executor.memoryOverhead, or reduce"
                + " the batch size or spark.executor.cores");
    assertThat(
            ExecutorLoss.lineOf(
                "ExecutorLostFailure (executor 3 exited unrelated to the running tasks) Reason: gone."))
        .contains(
            "executor 3 was lost: gone; if it was killed for its memory use, increase"
                + " spark.executor.memoryOverhead");
    assertThat(ExecutorLoss.lineOf("Job aborted: Command exited with code 137")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Command exited with code 52|it ran out of memory on the Java heap|spark.executor.memory,",
        "Command exited with code 1|code 1;|see the executor's log",
        "Command exited with code 50|nothing caught|see the executor's log",
        "Command exited with code 134|SIGABRT: native code aborted|hs_err",
        "Command exited with code 139|SIGSEGV: native code crashed|hs_err",
        "Command exited with code 132|instruction|built for the processors",
        "Command exited with code 143|SIGTERM|the cluster manager's log",
        "Command exited with code 159|signal 31|see the executor's log",
        "Command exited with code 255|code 255;|see the executor's log",
        "The executor with id 3 exited with exit code 137(SIGKILL, possible container OOM).|killed|memoryOverhead",
        "The executor with id 3 exited with exit code 1(OOMKilled).|OOMKilled|memoryOverhead",
        "Container from a bad node: container_1 on host: h. Exit status: 143. Diagnostics: x|SIGTERM|log",
        "Container marked as failed: container_1 on host: h. Exit status: -104. Diagnostics: y|exceeded|memoryOverhead",
        "Container killed by YARN for exceeding physical memory limits. 2 GB of 2 GB used|memory limits|memoryOverhead",
        "Remote RPC client disassociated. Likely due to containers exceeding thresholds|Likely|memoryOverhead",
        "Executor heartbeat timed out after 123456 ms|timed out|if it was killed for its memory use"
      })
  void whatACodeMeansIsSaid(String reason, String meaning, String remedy) {
    assertThat(ExecutorLoss.explained(reason)).contains(meaning, remedy);
    assertThat(ExecutorLoss.lineOf(ABORTED.formatted("\n" + reason + "\n\n")).orElseThrow())
        .contains(ExecutorLoss.explained(reason))
        .doesNotContain("\n");
  }

  @Test
  void aLongReasonIsCut() {
    assertThat(ExecutorLoss.explained("Exit status: 137. " + "x".repeat(100_000)))
        .hasSizeLessThan(700)
        .contains("SIGKILL");
  }

  @Test
  void whoStoppedSparkIsFoundInItsMessage() {
    String text =
        """
        Cannot call methods on a stopped SparkContext.
        This stopped SparkContext was created at:

        org.apache.spark.sql.SparkSession$Builder.getOrCreate(SparkSession.scala:1)
        com.example.App.main(App.java:7)

        And it was stopped at:

        org.apache.spark.sql.SparkSession.stop(SparkSession.scala:2)
        com.example.App.end(App.java:12)
        com.example.App.main(App.java:9)

        The currently active SparkContext was created at:

        com.example.Other.main(Other.java:1)
        """;
    assertThat(StoppedSpark.stoppedAt(new IllegalStateException(text)))
        .contains("com.example.App.end(App.java:12)");
    assertThat(StoppedSpark.stoppedAt(new IllegalStateException("Cannot call methods"))).isEmpty();
  }
}
