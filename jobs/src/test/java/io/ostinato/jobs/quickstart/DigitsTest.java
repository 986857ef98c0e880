package io.ostinato.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.TestSpark;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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

  @Test
  void dataFramesHaveTheRowsOfTheFiles() {
    assertThat(Digits.train(session).count()).isEqualTo(1437);
    List<String> lines = Digits.load().test(1).get(0);
    assertThat(Digits.test(session).toJSON().collectAsList()).isEqualTo(lines);
    assertThat(Digits.test(session).schema().toDDL())
        .isEqualTo("pixels ARRAY<FLOAT> NOT NULL,label BIGINT NOT NULL");
  }

  @Override
  SparkSession session() {
    return session;
  }
}
