package io.ostinato.notebook.jupyter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.evaluation.DataChangedException;
import io.ostinato.notebook.display.CellFailures;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class CellFailuresTest {
  private static <T extends Throwable> T with(T thrown, String... lines) {
    thrown.setStackTrace(
        Arrays.stream(lines)
            .map(line -> new StackTraceElement(line, "run", "File.java", 1))
            .toArray(StackTraceElement[]::new));
    return thrown;
  }

  private static List<String> lines(Throwable thrown) {
    return Arrays.stream(thrown.getStackTrace()).map(StackTraceElement::getClassName).toList();
  }

  @Test
  void whatOstinatoThrowsOnPurposeHasNoLinesOfLibraries() {
    String[] lines = {"io.ostinato.A", "java.util.Optional", "REPL.$JShell$31"};
    Throwable argument = with(new IllegalArgumentException("no column"), lines);
    Throwable evaluation = with(DataChangedException.of("x"), lines);
    Throwable mistake = with(new NullPointerException("x"), lines);
    assertThat(lines(CellFailures.shortened(argument))).containsExactly("REPL.$JShell$31");
    assertThat(lines(CellFailures.shortened(evaluation))).containsExactly("REPL.$JShell$31");
    assertThat(lines(CellFailures.shortened(mistake)))
        .containsExactly("io.ostinato.A", "REPL.$JShell$31");
  }

  @Test
  void linesOfLibrariesAreLeftOutButForTheFirst() {
    Throwable thrown =
        with(
            new IllegalArgumentException("no column"),
            "org.apache.spark.sql.Column",
            "java.util.Optional",
            "com.example.Net",
            "REPL.$JShell$31",
            "org.apache.spark.sql.Dataset",
            "REPL.$JShell$41");
    assertThat(CellFailures.shortened(thrown)).isSameAs(thrown).hasMessage("no column");
    assertThat(lines(thrown))
        .containsExactly(
            "org.apache.spark.sql.Column", "com.example.Net", "REPL.$JShell$31", "REPL.$JShell$41");
  }

  @Test
  void wrappersOfSparkAndRepetitionsAreLeftOut() {
    Throwable inCell = with(new IllegalStateException("x"), "a.A", "REPL.$JShell$5$Mine");
    Throwable onExecutor = with(new RuntimeException("callback 'a' failed: x", inCell), "java.B");
    Throwable spark =
        new ExecutionException(new SparkException("Job aborted\n\tat a\n\tat b", onExecutor));
    Throwable thrown = with(new RuntimeException("callback 'a' failed: x", spark), "java.A");
    assertThat(CellFailures.shortened(thrown)).isSameAs(thrown).hasCause(inCell);
    assertThat(inCell).hasNoCause();
    assertThat(lines(inCell)).containsExactly("a.A", "REPL.$JShell$5$Mine");
  }

  @Test
  void aWrapperIsReplacedByItsCause() {
    ArithmeticException cause = new ArithmeticException("/ by zero");
    assertThat(CellFailures.shortened(new SparkException("Job aborted\n\tat a", cause)))
        .isSameAs(cause);
    SparkException alone = new SparkException("Lost executor");
    assertThat(CellFailures.shortened(alone)).isSameAs(alone);
  }

  @Test
  void causesThatSayMoreStay() {
    Throwable last = new IllegalStateException("disk full");
    Throwable middle = new RuntimeException(null, last);
    Throwable thrown = new RuntimeException("can't write", middle);
    assertThat(CellFailures.shortened(thrown)).hasCause(middle);
    assertThat(middle).hasCause(last);
  }

  @Test
  void causesInACircleEnd() {
    Throwable first = new RuntimeException("a");
    Throwable second = new RuntimeException("b", first);
    first.initCause(second);
    assertThat(CellFailures.shortened(first)).isSameAs(first).hasCause(second);
    assertThat(second).hasNoCause();
  }

  @Test
  void endlessRecursionHasTwentyLines() {
    String[] lines = new String[1000];
    Arrays.fill(lines, "REPL.$JShell$7");
    Throwable thrown = with(new StackOverflowError(), lines);
    CellFailures.shortened(thrown);
    assertThat(lines(thrown)).hasSize(20);
  }

  @Test
  void cellsRunAsBeforeAndFailShortly() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (AutoCloseable closing = threads::shutdownNow) {
      CellThreads cells = new CellThreads(threads);
      assertThat(cells.submit(() -> 7).get()).isEqualTo(7);
      ArithmeticException cause = new ArithmeticException("/ by zero");
      Future<Object> failing =
          cells.submit(
              () -> {
                throw new InvocationTargetException(new SparkException("Job aborted", cause));
              });
      assertThatThrownBy(failing::get).cause().hasCause(cause);
      cells.shutdown();
      assertThat(threads.isShutdown()).isTrue();
    }
  }
}
