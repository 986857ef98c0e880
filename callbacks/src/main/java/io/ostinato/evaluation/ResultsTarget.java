package io.ostinato.evaluation;

import io.ostinato.schedule.TrainingIteration;
import java.io.Serializable;

/** The destination of the row results of an evaluation. */
public sealed interface ResultsTarget extends Serializable {

  /** The driver, which collates the results. */
  static ResultsTarget collected() {
    return new Collected();
  }

  /**
   * Parquet files written by the executors, in a separate folder for each iteration.
   *
   * @param path the parent of these folders, such as {@code hdfs://name-node/runs/a/predictions}
   * @throws IllegalArgumentException if the path is blank
   */
  static ResultsTarget parquet(String path) {
    return new Parquet(path, Existing.KEPT);
  }

  /** Whether executors write the results, so that the driver never receives them. */
  default boolean isWritten() {
    return this instanceof Parquet;
  }

  /** The same target, but existing results of the same iteration are replaced. */
  default ResultsTarget replacing() {
    return this instanceof Parquet parquet ? new Parquet(parquet.path(), Existing.REPLACED) : this;
  }

  /** How to handle a folder that already exists. */
  enum Existing {
    /** Keep it, and reject the evaluation. */
    KEPT,
    /** Replace it with the new one once that is complete. */
    REPLACED
  }

  /** The driver; see {@link #collected}. */
  record Collected() implements ResultsTarget {}

  /** Parquet files; see {@link #parquet}. */
  record Parquet(String path, Existing existing) implements ResultsTarget {
    public Parquet {
      if (path.isBlank()) {
        throw new IllegalArgumentException(
            "toParquet('%s') requires the path of a folder, such as hdfs://name-node/runs/predictions"
                .formatted(path));
      }
    }

    /** The folder of an iteration, such as {@code <path>/E1_U22_S1408}. */
    public String folder(TrainingIteration iteration) {
      return (path.endsWith("/") ? path : path + "/") + iteration;
    }
  }
}
