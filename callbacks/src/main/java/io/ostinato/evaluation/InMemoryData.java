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
   * A dataset of one partition.
   *
   * @param columns named arrays {@code (rows, ...)}
   * @throws IllegalArgumentException if the columns have no name, no dimension or different numbers
   *     of rows; says which
   */
  public static InMemoryData of(HostArray... columns) {
    List<HostArray> list = List.of(columns);
    if (list.isEmpty()) {
      throw new IllegalArgumentException("a dataset needs at least one column");
    }
    for (HostArray column : list) {
      if (column.name().isEmpty() || column.shape().dimension() == 0) {
        throw new IllegalArgumentException(
            "a column needs a name and a first dimension of rows; given: " + column);
      }
      if (column.shape().get(0) != list.get(0).shape().get(0)) {
        throw new IllegalArgumentException(
            "columns have different numbers of rows: %s and %s".formatted(list.get(0), column));
      }
    }
    return new InMemoryData(list, new int[] {(int) list.get(0).shape().get(0)});
  }

  /** A dataset over copies of these arrays, each named and {@code (rows, ...)}. */
  public static InMemoryData of(NDArray... columns) {
    return of(
        Stream.of(columns)
            .map(
                column ->
                    HostArray.copyOf(column.getName() == null ? "" : column.getName(), column))
            .toArray(HostArray[]::new));
  }

  /**
   * The same rows in partitions of these sizes; a batch never spans two.
   *
   * @throws IllegalArgumentException if the sizes don't sum to the number of rows
   */
  public InMemoryData partitioned(int... sizes) {
    long rows = columns.get(0).shape().get(0);
    if (IntStream.of(sizes).asLongStream().sum() != rows
        || IntStream.of(sizes).min().orElse(-1) < 0) {
      throw new IllegalArgumentException(
          "partitions of %s rows don't make %s rows"
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
