package io.ostinato.spark.data;

import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.DataContent;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.spark.resident.TaskErrorException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;

/**
 * The size and content of a dataset.
 *
 * @param partitionStarts the index of each partition's first row, followed by the number of rows
 * @param rows number of rows
 * @param batches number of batches
 * @param sizeBytes size of all batches, in bytes
 * @param coverage all rows, with their indexes in their partitions
 * @param skipped the rows that can't be turned into tensors
 */
record BatchCount(
    long[] partitionStarts,
    long rows,
    long batches,
    long sizeBytes,
    Coverage coverage,
    SkippedRows skipped) {

  /** The size of one partition of the dataset, or of a part of it, as a task has counted it. */
  private record Part(
      int partition,
      long rows,
      long batches,
      long sizeBytes,
      String kinds,
      Coverage coverage,
      SkippedRows skipped)
      implements Serializable {

    static Part of(StoredBatch batch) {
      Coverage coverage = new Coverage();
      coverage.add(batch.inPartition());
      return new Part(
          batch.partition(),
          batch.rows(),
          1,
          batch.sizeBytes(),
          batch.hasNoColumns() ? "" : batch.kinds(),
          coverage,
          SkippedRows.of(batch.skipped()));
    }

    Part plus(Part other) {
      return new Part(
          partition,
          rows + other.rows,
          batches + other.batches,
          sizeBytes + other.sizeBytes,
          kinds,
          coverage.merge(other.coverage),
          skipped.plus(other.skipped));
    }
  }

  static BatchCount of(JavaRDD<StoredBatch> batches) {
    List<Part> parts =
        batches.mapPartitions(BatchCount::parts, true).collect().stream()
            .map(BatchCount::part)
            .toList();
    checkKinds(parts);
    int partitions = parts.stream().mapToInt(part -> part.partition() + 1).max().orElse(0);
    long[] starts = new long[partitions + 1];
    parts.forEach(part -> starts[part.partition() + 1] += part.rows());
    for (int partition = 1; partition < starts.length; partition++) {
      starts[partition] += starts[partition - 1];
    }
    return new BatchCount(
        starts,
        starts[partitions],
        parts.stream().mapToLong(Part::batches).sum(),
        parts.stream().mapToLong(Part::sizeBytes).sum(),
        parts.stream().map(Part::coverage).reduce(new Coverage(), Coverage::merge),
        parts.stream()
            .map(part -> part.skipped().moved(starts[part.partition()]))
            .reduce(SkippedRows.NONE, SkippedRows::plus));
  }

  /**
   * The content of the rows.
   *
   * @param isWhole whether these are all rows of the dataset, and not just its first ones
   */
  DataContent content(boolean isWhole) {
    return coverage.content(isWhole);
  }

  /** Returns the total size of the batches of some partitions, in bytes. */
  static long sizeBytes(JavaRDD<StoredBatch> batches, int[] partitions) {
    return Stream.of(batches.mapPartitions(BatchCount::parts, true).collectPartitions(partitions))
        .flatMap(List::stream)
        .mapToLong(bytes -> part(bytes).sizeBytes())
        .sum();
  }

  /** Returns the number of rows of each of some partitions. */
  static long[] rows(JavaRDD<StoredBatch> batches, int[] partitions) {
    return Stream.of(batches.mapPartitions(BatchCount::parts, true).collectPartitions(partitions))
        .mapToLong(parts -> parts.stream().mapToLong(bytes -> part(bytes).rows()).sum())
        .toArray();
  }

  private static Part part(byte[] bytes) {
    return SerializedBytes.read(bytes, Part.class);
  }

  private static Iterator<byte[]> parts(Iterator<StoredBatch> batches) {
    try {
      return counted(batches);
    } catch (RuntimeException | Error e) {
      throw TaskErrorException.toThrow(e);
    }
  }

  private static Iterator<byte[]> counted(Iterator<StoredBatch> batches) {
    TreeMap<String, Part> parts = new TreeMap<>();
    while (batches.hasNext()) {
      Part part = Part.of(batches.next());
      parts.merge(part.partition() + " " + part.kinds(), part, Part::plus);
    }
    return parts.values().stream().map(SerializedBytes::of).iterator();
  }

  private static void checkKinds(List<Part> all) {
    List<Part> parts = all.stream().filter(part -> !part.kinds().isEmpty()).toList();
    for (Part part : parts) {
      if (!part.kinds().equals(parts.get(0).kinds())) {
        throw new EvaluationException(
            "the row function returns %s in partition %s but %s in partition %s; names, data types"
                    .formatted(
                        parts.get(0).kinds(),
                        parts.get(0).partition(),
                        part.kinds(),
                        part.partition())
                + " and shapes must be the same for every row");
      }
    }
  }
}
