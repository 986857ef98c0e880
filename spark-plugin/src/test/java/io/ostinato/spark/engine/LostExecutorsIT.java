package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.djl.ndarray.NDList;
import io.ostinato.MissingJar;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.BlockFactory;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.RowFunction;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of executors that die, lack a class, or never come. */
class LostExecutorsIT {
  private static final EvaluationTag TAG =
      new EvaluationTag("dying", new TrainingIteration(0, 1, 1), "generated");
  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);

  /** A class whose lambda is a model, and one whose lambda is a row function. */
  private static final String SOURCE =
      """
      package missing;
      import io.ostinato.model.BlockFactory;
      import io.ostinato.spark.data.RowFunction;
      public final class Net {
        public static BlockFactory model() {
          return () -> io.ostinato.evaluation.TestNets.classifier();
        }
        public static RowFunction rows() {
          return (row, manager) -> new ai.djl.ndarray.NDList(manager.create(1f));
        }
      }
      """;

  private static SparkSession session;
  private static SparkEvaluationEngine engine;
  @TempDir static Path folder;

  @BeforeAll
  static void start() {
    session =
        TestSpark.cluster(
            "local-cluster[1,1,1024]",
            "",
            Map.of("spark.plugins", OstinatoPlugin.class.getName(), "spark.task.maxFailures", "1"));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @Test
  void theExitCodeAndARemedyAreNamed() {
    assertThat(failure(LostExecutorsIT::kill))
        .hasMessageStartingWith(TAG + " failed: executor ")
        .hasMessageMatching(".* on \\S+ was lost: Command exited with code 137 \\(SIGKILL: .*")
        .hasMessageContaining("increase spark.executor.memoryOverhead");
    assertThat(failure(LostExecutorsIT::exhaust))
        .extracting(Throwable::getMessage)
        .asString()
        .containsAnyOf(
            "Command exited with code 52 (it ran out of memory on the Java heap)",
            "java.lang.OutOfMemoryError: Java heap space");
    assertThat(failure(LostExecutorsIT::exit))
        .hasMessageContaining("was lost: Command exited with code 3; see the executor's log");
  }

  @Test
  void aClassThatExecutorsLackIsNamedWithItsRemedy() throws Exception {
    try (MissingJar jar = MissingJar.of(folder, "missing.Net", SOURCE)) {
      ModelSource model =
          ModelSource.ofBlock(
              (BlockFactory) jar.type().getMethod("model").invoke(null), TestNets.FEATURES);
      SparkDataset rows =
          SparkDataset.of(
              TestSpark.generatedRows(session, 4),
              (RowFunction) jar.type().getMethod("rows").invoke(null));
      SparkDataset generated = TestSpark.generated(session, 4);
      for (EvaluationRequest each :
          List.of(
              request(generated, model, LostExecutorsIT::nothing),
              request(rows, CLASSIFIER, LostExecutorsIT::nothing))) {
        assertThat(jar.call(() -> failure(each)))
            .hasMessage(
                TAG
                    + " failed: the class 'missing.Net' is missing on the executors; add its jar"
                    + " with --jars, or to spark.jars, which sends it to the executors");
      }
    }
  }

  private static EvaluationException failure(BatchProcessor processor) {
    return failure(request(TestSpark.generated(session, 20), CLASSIFIER, processor));
  }

  private static EvaluationException failure(EvaluationRequest request) {
    return catchThrowableOfType(
        EvaluationException.class,
        () -> engine.evaluate(request, ProgressDisplay.silent()).close());
  }

  private static EvaluationRequest request(
      EvaluationData data, ModelSource model, BatchProcessor processor) {
    return new EvaluationRequest(TAG, data, 8, model, TestNets.weights(1), processor);
  }

  private static NDList nothing(EvaluationBatch batch, EvaluationModel model) {
    return new NDList();
  }

  private static NDList exit(EvaluationBatch batch, EvaluationModel model) {
    Runtime.getRuntime().halt(3);
    return new NDList();
  }

  private static NDList kill(EvaluationBatch batch, EvaluationModel model) {
    try {
      String self = Long.toString(ProcessHandle.current().pid());
      new ProcessBuilder("kill", "-9", self).start().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new NDList();
  }

  private static NDList exhaust(EvaluationBatch batch, EvaluationModel model) {
    List<long[]> all = new ArrayList<>();
    while (true) {
      all.add(new long[20_000_000]);
    }
  }
}
