package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.spark.TestSpark;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class InternalRowsTest {
  private static SparkSession session;

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @Test
  void aSparkThatKeepsItsRowsElsewhereHasNoneInsteadOfAFailure() {
    for (InternalRows.InternalSource source :
        List.<InternalRows.InternalSource>of(
            rows -> {
              throw new NoSuchMethodException("queryExecution");
            },
            rows -> {
              throw new NoClassDefFoundError("org/apache/spark/sql/execution/QueryExecution");
            },
            rows -> {
              throw new NoSuchMethodError("toRdd");
            },
            rows -> {
              throw new ClassCastException("not a QueryExecution");
            })) {
      assertThat(
              InternalRows.batches(source, rows(), columns(), FirstRows.all(), 4, BadRows.fail()))
          .isEmpty();
    }
    assertThat(InternalRows.batches(rows(), columns(), FirstRows.all(), 4, BadRows.fail()))
        .as("this Spark has them")
        .isPresent();
  }

  @Test
  void whatIsWrongWithTheQueryItselfIsNotHidden() {
    InternalRows.InternalSource source =
        rows -> {
          throw new IllegalStateException("no such table");
        };
    assertThatThrownBy(
            () ->
                InternalRows.batches(source, rows(), columns(), FirstRows.all(), 4, BadRows.fail()))
        .hasMessage("no such table");
  }

  private static Dataset<Row> rows() {
    return TestSpark.generatedRows(session, 5, 3).select("x");
  }

  private static List<Column> columns() {
    return List.of(
        new Column(
            "x", "x", DataType.FLOAT32, new long[] {GeneratedRows.FEATURES}, Column.Kind.ARRAY));
  }
}
