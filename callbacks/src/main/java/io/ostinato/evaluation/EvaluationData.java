package io.ostinato.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** A dataset that can be evaluated on. Reading it twice gives the same rows in the same order. */
public interface EvaluationData {

  /**
   * Reads the dataset into this process, batch by batch, in dataset order. Every batch but the last
   * of a partition has {@code batchSize} rows. The caller closes the stream.
   */
  Stream<DataBatch> batches(int batchSize);

  /** How many rows there are. May read the dataset. */
  long rows();

  /** How many rows there are, where that is known without reading anything. */
  default OptionalLong knownRows() {
    return OptionalLong.empty();
  }

  /** The names of its columns in their order, where they are known without reading anything. */
  default Optional<List<String>> knownColumns() {
    return Optional.empty();
  }
}
