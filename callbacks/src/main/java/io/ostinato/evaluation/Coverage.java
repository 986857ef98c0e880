package io.ostinato.evaluation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The rows that an evaluation has run, with checksums of their columns by source partition. Rows
 * can be recorded in any order and in batches of any size, and coverages of several tasks merged:
 * the result is the same. Not thread-safe.
 */
public final class Coverage implements Serializable {
  private static final long serialVersionUID = 1;

  private final TreeMap<Integer, PartitionRows> partitions = new TreeMap<>();
  private long skipped;

  /** Records rows that were read. */
  public void add(DataBatch rows) {
    add(rows.partition(), PartitionRows.of(rows));
  }

  /** Records how many of the rows were deliberately not evaluated. */
  public void skip(long rows) {
    skipped += rows;
  }

  /** Adds the rows of another coverage to this one, and returns this one. */
  public Coverage merge(Coverage other) {
    other.partitions.forEach(this::add);
    skipped += other.skipped;
    return this;
  }

  /** The number of rows that were read, including skipped ones. */
  public long rows() {
    return partitions.values().stream().mapToLong(PartitionRows::rows).sum();
  }

  /** The number of rows that were deliberately not evaluated. */
  public long skipped() {
    return skipped;
  }

  /**
   * The content of the rows.
   *
   * @param isWhole whether these are all rows of the dataset, and not just its first ones
   */
  public DataContent content(boolean isWhole) {
    List<PartitionContent> contents = new ArrayList<>();
    partitions.forEach((partition, rows) -> contents.add(rows.content(partition)));
    return new DataContent(contents, isWhole);
  }

  /** The partitions with their fingerprints. */
  List<Certificate.Partition> certified() {
    List<Certificate.Partition> certified = new ArrayList<>();
    partitions.forEach(
        (partition, rows) ->
            certified.add(
                new Certificate.Partition(
                    partition,
                    rows.firstRow(),
                    rows.rows(),
                    rows.content(partition).fingerprint())));
    return certified;
  }

  /** A fingerprint of all rows in the order of the dataset, however it is partitioned. */
  String orderDigest() {
    Map<ColumnKind, ColumnRows> columns = new LinkedHashMap<>();
    long rows = rows();
    for (PartitionRows some : partitions.values()) {
      some.columnsEndingAt(rows)
          .forEach((kind, part) -> columns.merge(kind, part, ColumnRows::plus));
    }
    return PartitionContent.fingerprint(columns);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Coverage that
        && partitions.equals(that.partitions)
        && skipped == that.skipped;
  }

  @Override
  public int hashCode() {
    return Objects.hash(partitions, skipped);
  }

  private void add(int partition, PartitionRows rows) {
    partitions.merge(partition, rows, PartitionRows::plus);
  }
}
