package io.ostinato.evaluation;

import io.ostinato.schedule.TrainingIteration;
import java.io.Serializable;

/** Where the row results of an evaluation go. */
public sealed interface ResultsTarget extends Serializable {

  /** To the driver, which collates them. */
  static ResultsTarget collected() {
    return new Collected();
  }

  /**
   * Into Parquet files that the executors write, in a folder of its own for each iteration.
   *
   * @param path the folder of these folders, as in {@code hdfs://name-node/runs/a/predictions}
   * @throws IllegalArgumentException if the path is blank
   */
  static ResultsTarget parquet(String path) {
    return new Parquet(path, Existing.KEPT);
  }

  /** Whether executors write them, so that the driver never has them. */
  default boolean isWritten() {
    return this instanceof Parquet;
  }

  /** The same target, where what was written before at the same iteration is replaced. */
  default ResultsTarget replacing() {
    return this instanceof Parquet parquet ? new Parquet(parquet.path(), Existing.REPLACED) : this;
  }

  /** What becomes of a folder that is there already. */
  enum Existing {
    /** It stays, and the evaluation is refused. */
    KEPT,
    /** The new one takes its place once it is complete. */
    REPLACED
  }

  /** See {@link #collected}. */
  record Collected() implements ResultsTarget {}

  /** See {@link #parquet}. */
  record Parquet(String path, Existing existing) implements ResultsTarget {
    public Parquet {
      if (path.isBlank()) {
        throw new IllegalArgumentException(
            "toParquet('%s') needs the path of a folder, as in hdfs://name-node/runs/predictions"
                .formatted(path));
      }
    }

    /** The folder of one iteration, as in {@code <path>/E1_U22_S1408}. */
    public String folder(TrainingIteration iteration) {
      return (path.endsWith("/") ? path : path + "/") + iteration;
    }
  }
}
