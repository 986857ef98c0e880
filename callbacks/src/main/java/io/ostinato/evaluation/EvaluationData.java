package io.ostinato.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** A dataset to evaluate on. Reading it twice returns the same rows in the same order. */
public interface EvaluationData {

  /**
   * Reads the dataset into this process, batch by batch, in dataset order. Every batch except the
   * last of a partition has {@code batchSize} rows. The caller closes the stream.
   */
  Stream<DataBatch> batches(int batchSize);

  /**
   * As {@link #batches(int)}, for evaluations that may skip rows that can't be read. By default all
   * rows can be.
   */
  default Stream<DataBatch> batches(int batchSize, BadRows badRows) {
    return batches(batchSize);
  }

  /** The number of rows. May read the dataset. */
  long rows();

  /** The number of rows, if it is known without reading the dataset. */
  default OptionalLong knownRows() {
    return OptionalLong.empty();
  }

  /** The names of the columns in order, if they are known without reading the dataset. */
  default Optional<List<String>> knownColumns() {
    return Optional.empty();
  }
}
