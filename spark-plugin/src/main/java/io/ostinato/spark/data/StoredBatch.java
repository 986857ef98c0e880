package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.evaluation.ValueColumn;
import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A batch as executors store it, with the index of its first row within the partition. It consists
 * of plain arrays, which any serializer configured in Spark can write.
 */
public final class StoredBatch implements Serializable {
  private static final long serialVersionUID = 1;

  private final int partition;
  private final long firstRow;
  private final int rows;
  private final String[] names;
  private final String[] types;
  private final long[][] shapes;
  private final byte[][] elements;
  private final long[] checksums;
  private final long[] skippedRows;
  private final String[] reasons;
  private final String[] cut;
  private final String[] masks;
  private final String[] valueNames;
  private final byte[][][] values;

  /**
   * Creates a batch.
   *
   * @param arrays the columns, with elements of 0 for skipped rows
   * @param skipped the rows that couldn't be turned into tensors, by their index in the partition
   * @param masks the columns that are cut to the longest row, and the mask of each
   * @param values the values beside the arrays
   */
  StoredBatch(
      int partition,
      long firstRow,
      int rows,
      List<HostArray> arrays,
      List<SkippedRow> skipped,
      Map<String, String> masks,
      List<ValueColumn> values) {
    this.partition = partition;
    this.firstRow = firstRow;
    this.rows = rows;
    this.names = arrays.stream().map(HostArray::name).toArray(String[]::new);
    this.types = arrays.stream().map(array -> array.dataType().name()).toArray(String[]::new);
    this.shapes = arrays.stream().map(array -> array.shape().getShape()).toArray(long[][]::new);
    this.elements = arrays.stream().map(HostArray::bytes).toArray(byte[][]::new);
    this.checksums = arrays.stream().mapToLong(HostArray::checksum).toArray();
    this.skippedRows = skipped.stream().mapToLong(SkippedRow::row).toArray();
    this.reasons = skipped.stream().map(SkippedRow::reason).toArray(String[]::new);
    this.cut = masks.keySet().stream().sorted().toArray(String[]::new);
    this.masks = Stream.of(cut).map(masks::get).toArray(String[]::new);
    this.valueNames = values.stream().map(ValueColumn::name).toArray(String[]::new);
    this.values =
        values.stream()
            .map(column -> column.rows().toArray(byte[][]::new))
            .toArray(byte[][][]::new);
  }

  /** Creates a batch without values beside the arrays. */
  StoredBatch(
      int partition, long firstRow, int rows, List<HostArray> arrays, List<SkippedRow> skipped) {
    this(partition, firstRow, rows, arrays, skipped, Map.of(), List.of());
  }

  int partition() {
    return partition;
  }

  int rows() {
    return rows;
  }

  long sizeBytes() {
    return Stream.concat(Stream.of(elements), Stream.of(values).flatMap(Stream::of))
        .mapToLong(array -> array.length)
        .sum();
  }

  /** The rows that couldn't be turned into tensors, by their index in the partition. */
  List<SkippedRow> skipped() {
    List<SkippedRow> skipped = new ArrayList<>(skippedRows.length);
    for (int i = 0; i < skippedRows.length; i++) {
      skipped.add(new SkippedRow(partition, skippedRows[i], reasons[i]));
    }
    return skipped;
  }

  /** Whether there are no columns, because no row of the partition could be turned into tensors. */
  boolean hasNoColumns() {
    return names.length == 0;
  }

  /** Names, data types and shapes of one row. */
  String kinds() {
    List<String> kinds = new ArrayList<>(names.length);
    for (int i = 0; i < names.length; i++) {
      kinds.add("%s: %s %s".formatted(names[i], types[i], new Shape(shapes[i]).slice(1)));
    }
    return kinds.toString();
  }

  /**
   * Converts to a batch with its index in the dataset; shares the elements, and their checksums of
   * the time when they were decoded.
   *
   * @param partitionStarts the index of each partition's first row in the dataset
   */
  public DataBatch inDataset(long[] partitionStarts) {
    return startingAt(partitionStarts[partition] + firstRow);
  }

  /** Converts to a batch with its index in the partition. */
  DataBatch inPartition() {
    return startingAt(firstRow);
  }

  private DataBatch startingAt(long row) {
    List<HostArray> arrays = new ArrayList<>(names.length);
    for (int i = 0; i < names.length; i++) {
      arrays.add(
          HostArray.of(names[i], DataType.valueOf(types[i]), new Shape(shapes[i]), elements[i])
              .withChecksum(checksums[i]));
    }
    Map<String, String> maskOf = new HashMap<>();
    for (int i = 0; i < cut.length; i++) {
      maskOf.put(cut[i], masks[i]);
    }
    List<ValueColumn> kept = new ArrayList<>(valueNames.length);
    for (int i = 0; i < valueNames.length; i++) {
      kept.add(new ValueColumn(valueNames[i], List.of(values[i])));
    }
    return new DataBatch(partition, firstRow, rows, arrays, skipped(), maskOf, kept)
        .startingAt(row);
  }
}
