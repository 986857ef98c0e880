package io.ostinato.evaluation;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The content of a dataset as it was read once: the number of rows of each partition, and checksums
 * of its columns. Readings with different batch sizes can be compared. Immutable.
 */
public final class DataContent {
  private final TreeMap<Integer, PartitionContent> partitions;
  private final boolean isWhole;

  /**
   * Creates the content of some partitions.
   *
   * @param isWhole whether these are all rows of the dataset, and not just its first ones
   */
  DataContent(Collection<PartitionContent> partitions, boolean isWhole) {
    this.partitions =
        partitions.stream()
            .filter(each -> each.rows() > 0)
            .collect(
                Collectors.toMap(
                    PartitionContent::partition,
                    Function.identity(),
                    (one, other) -> one,
                    TreeMap::new));
    this.isWhole = isWhole;
  }

  /** The number of rows. */
  public long rows() {
    return partitions.values().stream().mapToLong(PartitionContent::rows).sum();
  }

  /** The same rows with only the columns of these names; all if there are none. */
  DataContent only(List<String> columns) {
    return new DataContent(
        partitions.values().stream().map(each -> each.only(columns)).toList(), isWhole);
  }

  /** The same rows, taken for all rows that there are. */
  DataContent whole() {
    return new DataContent(partitions.values(), true);
  }

  /** Whether this reading includes more rows than another. */
  boolean tellsMoreThan(DataContent other) {
    return isWhole && !other.isWhole || rows() > other.rows();
  }

  /** Describes the first difference to a later reading, among rows that both include. */
  public Optional<String> changeTo(DataContent now) {
    TreeSet<Integer> all = new TreeSet<>(partitions.keySet());
    all.addAll(now.partitions.keySet());
    long firstRow = 0;
    for (int partition : all) {
      PartitionContent before = of(partition);
      Optional<String> change = change(before, now, firstRow);
      if (change.isPresent()) {
        return change;
      }
      firstRow += before.rows();
    }
    return Optional.empty();
  }

  private Optional<String> change(PartitionContent before, DataContent later, long firstRow) {
    PartitionContent now = later.of(before.partition());
    if (before.rows() == now.rows()) {
      return before.changeTo(now, firstRow);
    }
    boolean isCut =
        before.rows() < now.rows() ? endsIn(before.partition()) : later.endsIn(before.partition());
    return isCut
        ? Optional.empty()
        : Optional.of(
            "partition %s had %s rows, and %s now"
                .formatted(before.partition(), before.rows(), now.rows()));
  }

  private PartitionContent of(int partition) {
    PartitionContent none = new PartitionContent(partition, 0, Map.of());
    return partitions.getOrDefault(partition, none);
  }

  /** Whether rows of a partition may be missing because this reading ended before them. */
  private boolean endsIn(int partition) {
    return !isWhole && (partitions.isEmpty() || partition >= partitions.lastKey());
  }
}
