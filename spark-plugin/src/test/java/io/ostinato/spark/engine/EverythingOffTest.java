package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import com.google.gson.JsonParser;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.status.EvaluationBoard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With every optimisation off: the same numbers. */
@Tag("spark35")
class EverythingOffTest extends SparkEngineContract {
  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session =
        TestSpark.local(
            Map.of(
                "spark.ostinato.blocks.prefetch", "0",
                "spark.ostinato.blocks.bulk", "false",
                "spark.ostinato.blocks.staging", "ahead",
                "spark.ostinato.blocks.device", "0",
                "spark.ostinato.blocks.store", "0",
                "spark.ostinato.evaluations.share", "false",
                "spark.ostinato.evaluations.fitTasks", "false",
                "spark.ostinato.evaluations.takeOver", "false",
                "spark.ostinato.resident.versions", "1"));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @Override
  protected SparkSession session() {
    return session;
  }

  @Override
  protected SparkEvaluationEngine engine() {
    return engine;
  }

  @Test
  void aDatasetThatIsNotStoredIsShownUntilItIsReleased() {
    EvaluationBoard board = ProcessRegistry.ofThisProcess().board(session.sparkContext());
    SparkDataset data = TestSpark.generated(session, 20);
    EvaluationTag tag = new EvaluationTag("any", new TrainingIteration(1, 2, 3), "not stored");
    engine
        .evaluate(
            new EvaluationRequest(
                tag,
                data,
                8,
                ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
                TestNets.weights(1),
                (batch, model) -> new NDList(model.forward(batch.get("x")))),
            ProgressDisplay.silent())
        .close();
    assertThat(shownDatasets(board)).contains("not stored");
    engine.release(data);
    assertThat(shownDatasets(board)).doesNotContain("not stored");
  }

  private static List<String> shownDatasets(EvaluationBoard board) {
    List<String> keys = new ArrayList<>();
    JsonParser.parseString(board.json())
        .getAsJsonObject()
        .getAsJsonArray("datasets")
        .forEach(dataset -> keys.add(dataset.getAsJsonObject().get("key").getAsString()));
    return keys;
  }
}
