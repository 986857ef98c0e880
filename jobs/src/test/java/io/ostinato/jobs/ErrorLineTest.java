package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class ErrorLineTest {
  private static final IOException FULL =
      new FileSystemException("/a", null, "No space left on device");

  @Test
  void exceptionsWhoseMessageIsAPathAreToldInWords() {
    assertThat(ErrorLine.of(new NoSuchFileException("/a"))).isEqualTo("there is no such file");
    assertThat(ErrorLine.of(new AccessDeniedException("/a")))
        .isEqualTo("access is denied; this user needs access to it");
    assertThat(ErrorLine.of(new FileNotFoundException("/a/b (c) (Is a directory)")))
        .isEqualTo("Is a directory");
    assertThat(ErrorLine.of(new FileNotFoundException("/a"))).isEqualTo("there is no such file");
    assertThat(ErrorLine.of(FULL))
        .isEqualTo("No space left on device; make room there, and run it again");
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
  void theRemedyIsToldOnce() {
    String line = ErrorLine.of(new IllegalStateException("can't write 'x': " + ErrorLine.of(FULL)));
    assertThat(line).isEqualTo("can't write 'x': " + ErrorLine.of(FULL)).containsOnlyOnce("room");
  }

  @Test
  void aFullDiskIsFoundUnderAllThatWrapsIt() {
    assertThat(ErrorLine.isOfAFullDisk(new IllegalStateException(new SparkException("a", FULL))))
        .isTrue();
    assertThat(ErrorLine.isOfAFullDisk(new IllegalStateException("a", new IOException("b"))))
        .isFalse();
  }
}
