package io.ostinato.evaluation;

import java.io.Serializable;
import java.util.List;

/**
 * States which rows an evaluation has covered, with which weights, and how. An evaluation that
 * counts a row twice, misses one, or reads other rows than when its dataset was first read fails
 * instead. Everything except {@code attempts} is the same each time the same weights are evaluated
 * on the same data.
 *
 * @param rowsExpected the number of rows to evaluate, as counted when the dataset was first read
 * @param rowsEvaluated the number of rows that the results cover
 * @param rowsSkipped the number of rows that were deliberately left out of the results; together
 *     with {@code rowsEvaluated} they are {@code rowsExpected}
 * @param orderDigest 16 hexadecimal digits for the values of all rows in the order of the dataset,
 *     whatever its partitions and batches are
 * @param manifest the hash of the evaluated weights
 * @param partitions the partitions of the dataset that have rows, in order
 * @param attempts the tasks that evaluated them
 */
public record Certificate(
    long rowsExpected,
    long rowsEvaluated,
    long rowsSkipped,
    String orderDigest,
    String manifest,
    List<Partition> partitions,
    Attempts attempts)
    implements Serializable {

  /**
   * Rows of one partition of the dataset.
   *
   * @param firstRow the index of its first row in the dataset
   * @param fingerprint 16 hexadecimal digits for the names, data types, shapes and values of the
   *     columns that were evaluated, whatever its batches are
   */
  public record Partition(int partition, long firstRow, long rows, String fingerprint)
      implements Serializable {}

  public Certificate {
    partitions = List.copyOf(partitions);
  }

  /**
   * Certifies that an evaluation has covered its data.
   *
   * @param expected the data when it was first read
   * @param coverage the rows that were run
   * @param columns the columns that were evaluated; empty for all
   * @throws DataChangedException if the rows that were run are not those that were first read
   */
  public static Certificate of(
      EvaluationTag tag,
      DataContent expected,
      List<String> columns,
      Coverage coverage,
      String manifest,
      Attempts attempts) {
    expected
        .only(columns)
        .whole()
        .changeTo(coverage.content(true))
        .ifPresent(
            change -> {
              throw DataChangedException.of(tag, change);
            });
    return new Certificate(
        expected.rows(),
        coverage.rows() - coverage.skipped(),
        coverage.skipped(),
        coverage.orderDigest(),
        manifest,
        coverage.certified(),
        attempts);
  }
}
