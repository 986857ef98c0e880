package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.schedule.TrainingIteration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskErrorExceptionTest {

  @Test
  void whatWouldEndTheProcessIsAnExceptionWithItsText() {
    for (Error error :
        List.of(new StackOverflowError("deep"), new NoClassDefFoundError("com/example/Net"))) {
      for (boolean local : new boolean[] {true, false}) {
        Throwable converted = TaskErrorException.survivable(error, local);
        assertThat(converted)
            .isInstanceOf(TaskErrorException.class)
            .hasNoCause()
            .hasToString(error.getClass().getSimpleName() + ": " + error.getMessage());
        assertThat(converted.getStackTrace()).isEqualTo(error.getStackTrace());
      }
    }
  }

  @Test
  void aLackOfMemoryEndsAnExecutorButNotTheDriver() {
    OutOfMemoryError error = new OutOfMemoryError("Java heap space");
    assertThat(TaskErrorException.survivable(error, false)).isSameAs(error);
    assertThat(TaskErrorException.survivable(error, true))
        .isInstanceOfSatisfying(
            TaskErrorException.class, e -> assertThat(e.isLackOfMemory()).isTrue());
  }

  @Test
  void aFailedEvaluationKeepsItsFields() {
    EvaluationTag tag = new EvaluationTag("accuracy", TrainingIteration.START, "test");
    EvaluationException failure =
        EvaluationException.failed(tag, "no class", new NoClassDefFoundError("com/example/Net"));
    assertThat(TaskErrorException.survivable(failure, true))
        .isInstanceOfSatisfying(
            EvaluationException.class,
            e -> {
              assertThat(e.tag()).contains(tag);
              assertThat(e.problem()).isEqualTo("no class");
              assertThat(e).hasMessage(failure.getMessage());
              assertThat(e.getCause()).isInstanceOf(TaskErrorException.class);
            });
  }

  @Test
  void anythingElseIsThrownAsItIs() {
    RuntimeException failure = new IllegalStateException(new AssertionError("no such thing"));
    assertThat(TaskErrorException.survivable(failure, true)).isSameAs(failure);
  }
}
