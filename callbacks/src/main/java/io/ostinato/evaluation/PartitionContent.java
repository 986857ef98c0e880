package io.ostinato.evaluation;

import io.ostinato.weights.Checksum;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The content of one partition, however it is divided into batches.
 *
 * @param columns the checksum of each column
 */
record PartitionContent(int partition, long rows, Map<ColumnKind, ColumnRows> columns) {

  /** The same rows with only the columns of these names; all if there are none. */
  PartitionContent only(List<String> names) {
    Map<ColumnKind, ColumnRows> some = new LinkedHashMap<>(columns);
    some.keySet().removeIf(kind -> !names.isEmpty() && !names.contains(kind.name()));
    return new PartitionContent(partition, rows, some);
  }

  /** How another reading of the same rows differs; empty if it doesn't. */
  Optional<String> changeTo(PartitionContent now, long firstRow) {
    if (!columns.keySet().equals(now.columns.keySet())) {
      return Optional.of(
          "the columns of partition %s were %s, and are %s now"
              .formatted(partition, columns.keySet(), now.columns.keySet()));
    }
    return columns.entrySet().stream()
        .filter(entry -> !entry.getValue().equals(now.columns.get(entry.getKey())))
        .findFirst()
        .map(
            entry ->
                "rows %s to %s (partition %s) have other values, or another order, in column '%s'"
                    .formatted(firstRow, firstRow + rows - 1, partition, entry.getKey().name()));
  }

  String fingerprint() {
    return fingerprint(columns);
  }

  /** 16 hexadecimal digits for the names, data types, shapes and values of some columns. */
  static String fingerprint(Map<ColumnKind, ColumnRows> columns) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(columns).forEach((kind, some) -> text.append(kind).append(some).append('\n'));
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().toHexDigits(Checksum.of(List.of(ByteBuffer.wrap(bytes))));
  }
}
