package io.ostinato.spark.engine;

import io.ostinato.spark.TestSpark;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/**
 * With batches on the device, turns on it, reading far ahead, staging where they run, and merged
 * metrics.
 */
@Tag("spark35")
class EverythingOnTest extends SparkEngineContract {
  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session =
        TestSpark.local(
            Map.of(
                "spark.ostinato.blocks.device", "64m",
                "spark.ostinato.device.tasks", "1",
                "spark.ostinato.resident.state", "copies",
                "spark.ostinato.blocks.prefetch", "4",
                "spark.ostinato.blocks.staging", "run",
                "spark.ostinato.evaluations.treeTasks", "2"));
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
}
