package io.ostinato.jobs.data;

import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The rows of a dataset: data that Spark reads, or a DataFrame that exists already. */
public sealed interface RowSource permits DataSource, GivenRows {

  /** Why this is not a valid source; empty if it is. */
  Optional<String> mistake();

  /**
   * The rows. Reads at most the schema.
   *
   * @throws DataException if the data doesn't exist or Spark can't read it; says why in one line
   */
  Dataset<Row> rows(SparkSession spark);

  /** The exception for rows that can't be read, with the reason in one line. */
  DataException unreadable(Throwable why);
}
