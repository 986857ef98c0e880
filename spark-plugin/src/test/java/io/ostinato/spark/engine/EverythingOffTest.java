package io.ostinato.spark.engine;

import io.ostinato.spark.TestSpark;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** With every optimisation off: the same numbers. */
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
                "spark.ostinato.blocks.store", "0",
                "spark.ostinato.evaluations.share", "false",
                "spark.ostinato.evaluations.fitTasks", "false",
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
}
