package io.ostinato.jobs.quickstart;

import io.ostinato.spark.TestSpark;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On the threads of this process. */
class DigitsTest extends DigitsContract {
  private static SparkSession session;

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of("spark.plugins", OstinatoPlugin.class.getName()));
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @Override
  SparkSession session() {
    return session;
  }
}
