package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.MissingClassException;
import io.ostinato.schedule.TrainingIteration;
import java.io.NotSerializableException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private static final EvaluationTag TAG =
      new EvaluationTag("accuracy", new TrainingIteration(1, 2, 3), "test");
  private static final String FAILED = TAG + " failed: ";
  private static final String ADD_JAR =
      "; add its jar with --jars, or to spark.jars, which sends it to the executors";

  @Test
  void anExceptionWhoseMessageIsABareClassIsNamed() {
    assertThat(Failures.asEvaluationException(TAG, new ClassNotFoundException("a.B")))
        .hasMessage(FAILED + "the class 'a.B' is missing on the executors" + ADD_JAR);
    SparkException bySpark =
        new SparkException("Task not serializable", new NotSerializableException("a.B"));
    assertThat(Failures.asEvaluationException(TAG, bySpark))
        .hasMessage(FAILED + "java.io.NotSerializableException: a.B")
        .hasCause(bySpark);
    assertThat(Failures.asEvaluationException(TAG, new IllegalStateException()))
        .hasMessage(FAILED + "java.lang.IllegalStateException");
  }

  @Test
  void aClassThatExecutorsLackIsNamed() {
    for (Throwable thrown :
        List.of(
            new MissingClassException("a.B", new IllegalStateException()),
            new ClassNotFoundException("a.B"),
            new NoClassDefFoundError("a/B"))) {
      assertThat(Failures.asEvaluationException(TAG, new SparkException("Job aborted", thrown)))
          .hasMessage(FAILED + "the class 'a.B' is missing on the executors" + ADD_JAR);
    }
    assertThat(Failures.asEvaluationException(TAG, new NoClassDefFoundError("REPL/$JShell$1$A")))
        .hasMessage(
            FAILED
                + "the class 'REPL.$JShell$1$A' is missing on the executors; it is defined in a"
                + " cell: use the kernel that notebooks/setup installs, or start the notebook's JVM"
                + " with -javaagent:ostinato-notebook.jar");
    ClassCastException lambda =
        new ClassCastException(
            "cannot assign instance of java.lang.invoke.SerializedLambda to field a.B.f of type a.F"
                + " in instance of a.B");
    assertThat(Failures.asEvaluationException(TAG, new SparkException("Job aborted", lambda)))
        .hasMessage(
            FAILED
                + "the executors lack the class that contains a lambda or a method reference of this"
                + " application; add the jars of the application and of Ostinato with --jars, or to"
                + " spark.jars, which sends it to the executors");
    NoClassDefFoundError broken = new NoClassDefFoundError("Could not initialize class a.B");
    broken.initCause(new ExceptionInInitializerError("Exception in a.B"));
    assertThat(Failures.asEvaluationException(TAG, new SparkException("Job aborted", broken)))
        .hasMessage(FAILED + "java.lang.NoClassDefFoundError: Could not initialize class a.B");
  }

  @Test
  void whatAnEvaluationSaysIsNotWrappedInNames() {
    EvaluationException about = EvaluationException.of(TAG, "a row is missing");
    assertThat(Failures.asEvaluationException(TAG, about)).isSameAs(about);
    EvaluationException ofText = new EvaluationException(TAG + " is what this text says");
    assertThat(Failures.asEvaluationException(TAG, ofText))
        .as("what is decided by the text alone")
        .hasMessage(FAILED + TAG + " is what this text says");
    EvaluationException other = new EvaluationException("column 'x' is null");
    ExecutionException wrapped =
        new ExecutionException(new SparkException("Job aborted", new ExecutionException(other)));
    assertThat(Failures.asEvaluationException(TAG, wrapped))
        .hasMessage(FAILED + "column 'x' is null")
        .hasCause(wrapped);
  }

  @Test
  void whatOnlySparkSaysStaysItsOwn() {
    SparkException lost = new SparkException("Job aborted: executor lost");
    assertThat(Failures.asEvaluationException(TAG, new ExecutionException(lost)))
        .hasMessage(FAILED + "Job aborted: executor lost");
  }

  @Test
  void ofEvaluationsThatShareAPassTheOneThatFailedIsNamed() {
    EvaluationTag second = new EvaluationTag("loss", new TrainingIteration(1, 2, 3), "test");
    EvaluationException failed =
        EvaluationException.failed(second, "no luck", new IllegalStateException());
    SparkException bySpark = new SparkException("Job aborted", failed);
    EvaluationException told = Failures.asEvaluationException(List.of(TAG, second), bySpark);
    assertThat(told).hasMessage(second + " failed: no luck").hasCause(bySpark);
    assertThat(told.tag()).contains(second);
    assertThat(told.problem()).isEqualTo("no luck");
  }
}
