package io.ostinato.jobs.bench;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Rows around the centre of one of ten classes; about one in seven has the next class instead. */
record PeerData(SparkSession spark, Path folder) {
  private static final String CENTRE = "hash(cast(%s %% 10 as int), i) / 2147483648D / 2";
  private static final String NOISE = "hash(id * 784 + i) / 2147483648D / 2";

  /** Writes these rows as 8 Parquet files: float32 (784) as {@code x}, int64 as {@code class}. */
  Path write(int rows) {
    Path path = folder.resolve("peers-" + rows);
    spark
        .range(0, rows, 1, 8)
        .selectExpr(
            pixels(CENTRE.formatted("id") + " + " + NOISE) + " as x",
            "(id + if(pmod(hash(id), 7) = 0, 1, 0)) % 10 as class")
        .write()
        .mode("overwrite")
        .parquet(path.toString());
    return path;
  }

  /** The centres of the classes, float32 (10, 784). */
  float[] centres() {
    List<Row> rows =
        spark
            .range(0, 10, 1, 1)
            .selectExpr(pixels(CENTRE.formatted("id")) + " as x")
            .collectAsList();
    float[] centres = new float[10 * 784];
    for (int row = 0; row < 10; row++) {
      List<Float> values = rows.get(row).getList(0);
      for (int i = 0; i < 784; i++) {
        centres[row * 784 + i] = values.get(i);
      }
    }
    return centres;
  }

  private static String pixels(String value) {
    return "transform(sequence(1, 784), i -> cast(%s as float))".formatted(value);
  }
}
