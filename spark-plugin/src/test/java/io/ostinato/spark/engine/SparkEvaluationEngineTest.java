package io.ostinato.spark.engine;

import io.ostinato.spark.TestSpark;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On the threads of this process. */
class SparkEvaluationEngineTest extends SparkEngineContract {
  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of("spark.plugins", OstinatoPlugin.class.getName()));
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
