package io.ostinato.jobs.data;

import io.ostinato.jobs.ErrorLine;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The rows of a DataFrame. */
public record GivenRows(Dataset<Row> frame) implements RowSource {

  @Override
  public Optional<String> mistake() {
    if (frame.sparkSession().sparkContext().isStopped()) {
      return Optional.of(
          "the Spark session of the DataFrame was stopped; create the DataFrame in a new one");
    }
    return frame.isStreaming()
        ? Optional.of(
            "the DataFrame is a stream; evaluate its batches, which foreachBatch passes to a"
                + " function")
        : Optional.empty();
  }

  @Override
  public Dataset<Row> rows(SparkSession spark) {
    return frame;
  }

  @Override
  public DataException unreadable(Throwable why) {
    return new DataException(
        "can't read %s: %s".formatted(this, ErrorLine.withoutRemedy(why)), why);
  }

  /** The name of this source in messages. */
  @Override
  public String toString() {
    return "the DataFrame";
  }
}
