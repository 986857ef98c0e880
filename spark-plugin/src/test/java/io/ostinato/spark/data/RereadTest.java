package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.DataChangedException;
import io.ostinato.spark.TestSpark;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class RereadTest {
  private static final AtomicInteger ROWS = new AtomicInteger(10);

  @Test
  void aDatasetThatHasOtherRowsThanBeforeIsTold() {
    try (SparkSession spark = TestSpark.local(Map.of("spark.ostinato.blocks.store", "0"))) {
      JavaRDD<Row> rows =
          new JavaSparkContext(spark.sparkContext())
              .parallelize(List.of(0), 1)
              .flatMap(
                  one -> IntStream.range(0, ROWS.get()).mapToObj(RowFactory::create).iterator());
      SparkDataset dataset =
          SparkDataset.of(
                  spark.createDataFrame(rows, new StructType().add("x", DataTypes.IntegerType)))
              .column("x", "x", DataType.INT32);
      dataset.reread(4);
      ROWS.set(9);
      assertThatThrownBy(() -> dataset.reread(4))
          .isInstanceOf(DataChangedException.class)
          .hasMessageStartingWith(
              "the data has changed since it was first read: partition 0 had 10 rows, and 9 now; a");
    }
  }
}
