package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A dataset in the memory of this process, for evaluation without Spark. Immutable. */
public final class InMemoryData implements EvaluationData {
  private final List<HostArray> columns;
  private final int[] partitionRows;

  private InMemoryData(List<HostArray> columns, int[] partitionRows) {
    this.columns = columns;
    this.partitionRows = partitionRows;
  }

  /**
   * Creates a dataset with one partition.
   *
   * @param columns named arrays {@code (rows, ...)}
   * @throws IllegalArgumentException if a column has no name or no dimension, or if columns have
   *     different numbers of rows; the message names them
   */
  public static InMemoryData of(HostArray... columns) {
    List<HostArray> list = List.of(columns);
    if (list.isEmpty()) {
      throw new IllegalArgumentException("a dataset needs at least one column");
    }
    for (HostArray column : list) {
      if (column.name().isEmpty() || column.shape().dimension() == 0) {
        throw new IllegalArgumentException(
            "a column requires a name and a first dimension of rows; given: " + column);
      }
      if (column.shape().get(0) != list.get(0).shape().get(0)) {
        throw new IllegalArgumentException(
            "columns have different numbers of rows: %s and %s".formatted(list.get(0), column));
      }
    }
    return new InMemoryData(list, new int[] {(int) list.get(0).shape().get(0)});
  }

  /** Creates a dataset from copies of these arrays, each named and {@code (rows, ...)}. */
  public static InMemoryData of(NDArray... columns) {
    return of(
        Stream.of(columns)
            .map(
                column ->
                    HostArray.copyOf(column.getName() == null ? "" : column.getName(), column))
            .toArray(HostArray[]::new));
  }

  /**
   * The same rows in partitions of these sizes; a batch never spans two partitions.
   *
   * @throws IllegalArgumentException if the sizes don't add up to the number of rows
   */
  public InMemoryData partitioned(int... sizes) {
    long rows = columns.get(0).shape().get(0);
    if (IntStream.of(sizes).asLongStream().sum() != rows
        || IntStream.of(sizes).min().orElse(-1) < 0) {
      throw new IllegalArgumentException(
          "partitions of %s rows don't add up to %s rows"
              .formatted(IntStream.of(sizes).boxed().toList(), rows));
    }
    return new InMemoryData(columns, sizes.clone());
  }

  @Override
  public long rows() {
    return columns.get(0).shape().get(0);
  }

  @Override
  public OptionalLong knownRows() {
    return OptionalLong.of(rows());
  }

  @Override
  public Optional<List<String>> knownColumns() {
    return Optional.of(columns.stream().map(HostArray::name).toList());
  }

  @Override
  public Stream<DataBatch> batches(int batchSize) {
    List<DataBatch> batches = new ArrayList<>();
    int start = 0;
    for (int partition = 0; partition < partitionRows.length; partition++) {
      int end = start + partitionRows[partition];
      for (int from = start; from < end; from += batchSize) {
        batches.add(batch(partition, from, Math.min(from + batchSize, end)));
      }
      start = end;
    }
    return batches.stream();
  }

  private DataBatch batch(int partition, int from, int to) {
    List<HostArray> arrays = columns.stream().map(column -> column.rows(from, to)).toList();
    return new DataBatch(partition, from, to - from, arrays);
  }
}
