package io.ostinato.evaluation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Values of rows that are not tensors, beside the arrays of a batch, which have a fingerprint of
 * each row in their place.
 *
 * @param name the name of the column
 * @param rows the encoded values of each row; not modified
 */
public record ValueColumn(String name, List<byte[]> rows) implements Serializable {
  public ValueColumn {
    rows = List.copyOf(rows);
  }

  /** Consecutive rows, by their position. */
  ValueColumn rows(int from, int to) {
    return new ValueColumn(name, rows.subList(from, to));
  }

  /** The rows at these positions. */
  ValueColumn only(List<Integer> positions) {
    List<byte[]> some = new ArrayList<>(positions.size());
    positions.forEach(position -> some.add(rows.get(position)));
    return new ValueColumn(name, some);
  }
}
