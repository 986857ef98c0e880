package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.engine.EngineException;
import com.esotericsoftware.kryo.Kryo;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.storage.FileTrouble;
import io.ostinato.storage.StorageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class ErrorLineTest {
  private static final IOException FULL =
      new FileSystemException("/a", null, "No space left on device");

  private static final String RAISED =
      """
      The following operation failed in the TorchScript interpreter.
      Traceback of TorchScript (most recent call last):
        File "code/__torch__.py", line 10, in forward
          ops.prim.RaiseException(_0, "builtins.%s")
          ~~~~~~~~~~~~~~~~~~~~~~~ <--- HERE
      builtins.%s: %s
      """;

  @Test
  void exceptionsWhoseMessageIsAPathAreToldInWords() {
    assertThat(ErrorLine.of(new NoSuchFileException("/a"))).isEqualTo("there is no such file");
    assertThat(ErrorLine.of(new AccessDeniedException("/a")))
        .isEqualTo("access is denied; this user needs access to it");
    assertThat(ErrorLine.of(new FileNotFoundException("/a/b (c) (Is a directory)")))
        .isEqualTo("Is a directory");
    assertThat(ErrorLine.of(new FileNotFoundException("/a"))).isEqualTo("there is no such file");
    assertThat(ErrorLine.of(FULL))
        .isEqualTo("No space left on device; free some space there and run it again");
  }

  @Test
  void whatSparkAndThreadsWrapIsToldItself() {
    Exception wrapped =
        new ExecutionException(
            new SparkException("Job aborted.\nDriver stacktrace:", new SparkException("a", FULL)));
    assertThat(ErrorLine.of(wrapped)).isEqualTo(ErrorLine.of(FULL));
    assertThat(ErrorLine.of(new IllegalStateException("b", wrapped))).isEqualTo("b");
    assertThat(ErrorLine.of(new IllegalStateException(""))).isEqualTo("IllegalStateException");
  }

  @Test
  void whatSparkSaysIsOneLineWithTheRemedy() {
    assertThat(
            ErrorLine.of(
                new SparkException(
                    "Job aborted due to stage failure: Task 3 in stage 0.0 failed 4 times, most"
                        + " recent failure: Lost task 3.3 in stage 0.0 (TID 7) (host executor 1):"
                        + " ExecutorLostFailure (executor 1 exited caused by one of the running"
                        + " tasks) Reason: Command exited with code 137\nDriver stacktrace:")))
        .isEqualTo(
            "a task failed 4 times, the last time because executor 1 on host was lost: Command"
                + " exited with code 137 (SIGKILL: it was killed, for example by the memory limit of"
                + " its container or host); increase spark.executor.memoryOverhead, or reduce the"
                + " batch size or spark.executor.cores");
    assertThat(
            ErrorLine.of(
                new SparkException(
                    "Job aborted due to stage failure: Task 0 in stage 2.0 failed 4 times, most"
                        + " recent failure: Lost task 0.3 in stage 2.0 (TID 9) (10.0.0.7 executor 2):"
                        + " java.lang.IllegalStateException: bad\n\tat a.B.c(B.java:1)\n\n"
                        + "Driver stacktrace:")))
        .isEqualTo(
            "a task failed 4 times, last on 10.0.0.7 executor 2: IllegalStateException: bad");
    assertThat(
            ErrorLine.of(
                new SparkException(
                    "Job aborted due to stage failure: Total size of serialized results of 5 tasks"
                        + " (1034.0 MiB) is bigger than spark.driver.maxResultSize (1024.0 MiB)")))
        .isEqualTo(
            "Total size of serialized results of 5 tasks (1034.0 MiB) is bigger than"
                + " spark.driver.maxResultSize (1024.0 MiB); increase that setting");
    assertThat(
            ErrorLine.of(new SparkException("Job 3 cancelled because SparkContext was shut down")))
        .isEqualTo("Spark was shut down while the job ran");
    assertThat(
            ErrorLine.of(
                new SparkException(
                    "Job aborted due to stage failure: ShuffleMapStage 3 (parquet at A.java:1) has"
                        + " failed the maximum allowable number of times: 4. Most recent failure"
                        + " reason:\norg.apache.spark.shuffle.MetadataFetchFailedException: Missing"
                        + " an output location for shuffle 0 partition 0\n\tat a.B.c(B.java:1)")))
        .isEqualTo(
            "Job aborted due to stage failure: ShuffleMapStage 3 (parquet at A.java:1) has failed the"
                + " maximum allowable number of times: 4. Most recent failure reason:"
                + " MetadataFetchFailedException: Missing an output location for shuffle 0 partition"
                + " 0");
    assertThat(ErrorLine.of(new SparkException("Job aborted:\n"))).isEqualTo("Job aborted");
    assertThat(ErrorLine.of(new IllegalStateException("can't read 'a':\nit is gone\nat all")))
        .isEqualTo("can't read 'a': it is gone");
    assertThat(ErrorLine.of(new SparkException("\n[SYNTAX] Syntax error\n\n== SQL ==\nSELEC 1")))
        .isEqualTo("[SYNTAX] Syntax error");
  }

  @Test
  void aClassThatKryoDoesNotKnowIsToldWithTheSetting() {
    Kryo kryo = new Kryo();
    kryo.setRegistrationRequired(true);
    Throwable refused = catchThrowable(() -> kryo.getRegistration(ErrorLineTest.class));
    assertThat(ErrorLine.of(new SparkException("Job aborted", refused)))
        .isEqualTo(
            "Class is not registered: io.ostinato.jobs.ErrorLineTest; with"
                + " spark.kryo.registrationRequired=true Kryo rejects what is sent between driver"
                + " and executors: set it to false");
  }

  @Test
  void moreMemoryIsTheRemedyForTooLittle() {
    assertThat(ErrorLine.of(new OutOfMemoryError("Java heap space")))
        .isEqualTo(
            "OutOfMemoryError: Java heap space; increase spark.driver.memory or"
                + " spark.executor.memory");
  }

  @Test
  void theRemedyIsToldOnce() {
    String line =
        ErrorLine.of(
            new IllegalStateException("can't write 'x': " + ErrorLine.withoutRemedy(FULL), FULL));
    assertThat(line)
        .isEqualTo("can't write 'x': " + ErrorLine.of(FULL))
        .containsOnlyOnce("free some space");
  }

  @Test
  void aFullDiskIsFoundUnderAllThatWrapsIt() {
    assertThat(
            FileTrouble.FULL_DISK.isCauseOf(
                new IllegalStateException(new SparkException("a", FULL))))
        .isTrue();
    assertThat(
            FileTrouble.FULL_DISK.isCauseOf(new IllegalStateException("a", new IOException("b"))))
        .isFalse();
  }

  /** Of whatever is thrown by something else than files, the words alone are no reason. */
  @Test
  void whatAModuleOrAnybodySaysHasNoRemedyAndIsNoFullDisk() {
    for (String words :
        List.of(
            "No space left on device",
            "Disk quota exceeded",
            "permission denied to use this",
            "access is denied",
            "java.io.IOException: No space left on device",
            "java.lang.OutOfMemoryError: no")) {
      for (String type : List.of("ValueError", "OSError", "PermissionError", "OutOfMemoryError")) {
        Throwable raised = new EngineException(RAISED.formatted(type, type, words));
        String line = type + ": " + words;
        assertThat(ErrorLine.of(raised)).isEqualTo(line);
        Throwable failed = new EvaluationException("rows 0 to 1: " + line, raised);
        for (Throwable each :
            List.of(
                failed,
                new EvaluationException("rows 0 to 1: " + line, new SparkException("a", failed)),
                new SparkException("Job aborted", failed),
                new IOException(failed),
                new IOException(failed.getMessage(), failed))) {
          assertThat(ErrorLine.of(each))
              .as(each.toString())
              .doesNotContain("; free some", "; this user needs", "; increase");
          assertThat(FileTrouble.FULL_DISK.isCauseOf(each)).as(each.toString()).isFalse();
        }
      }
    }
    assertThat(ErrorLine.of(new IllegalStateException("permission denied")))
        .isEqualTo("permission denied");
  }

  @Test
  void whatFilesSayHasItsRemedyWhateverWrapsIt() {
    String full = "can't write 'x': No space left on device";
    for (Throwable each :
        List.of(
            new StorageException(full, FULL),
            new IllegalStateException(full, new SparkException("a", FULL)),
            new IllegalStateException(full, new UncheckedIOException(FULL)),
            new IOException(full, new UncheckedIOException(FULL)))) {
      assertThat(ErrorLine.of(each)).endsWith(full + "; free some space there and run it again");
      assertThat(FileTrouble.FULL_DISK.isCauseOf(each)).isTrue();
    }
    assertThat(
            ErrorLine.of(
                new StorageException(
                    "can't read 'x': Permission denied",
                    new FileNotFoundException("/x (Permission denied)"))))
        .isEqualTo("can't read 'x': Permission denied; this user needs access to it");
    assertThat(ErrorLine.of(new AccessControlException("Permission denied: user=a")))
        .endsWith("Permission denied: user=a; this user needs access to it");
  }
}
