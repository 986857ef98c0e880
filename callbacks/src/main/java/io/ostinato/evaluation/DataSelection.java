package io.ostinato.evaluation;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The part of a dataset that an evaluation sees. Immutable. Batches begin where they begin in the
 * whole dataset; the last one ends with the last row.
 *
 * @param maxRows the most rows, at least 1: the first ones in dataset order; {@link #ALL_ROWS} for
 *     all
 * @param columns the only columns of a batch, in this order; none for all, in the dataset's order
 */
public record DataSelection(long maxRows, List<String> columns) implements Serializable {
  /** As many rows as there are. */
  public static final long ALL_ROWS = Long.MAX_VALUE;

  private static final DataSelection EVERYTHING = new DataSelection(ALL_ROWS, List.of());

  public DataSelection {
    columns = List.copyOf(columns);
    if (maxRows < 1) {
      throw new IllegalArgumentException("maxRows=%s must be at least 1".formatted(maxRows));
    }
    Set<String> names = new HashSet<>();
    for (String column : columns) {
      if (!names.add(column)) {
        throw new IllegalArgumentException(
            "columns %s has '%s' twice; name each once".formatted(columns, column));
      }
    }
  }

  /** All rows and columns. */
  public static DataSelection everything() {
    return EVERYTHING;
  }

  /** The same columns, of at most so many rows. */
  public DataSelection withMaxRows(long rows) {
    return new DataSelection(rows, columns);
  }

  /** The same rows, of these columns. */
  public DataSelection withColumns(List<String> names) {
    return new DataSelection(maxRows, names);
  }

  /**
   * What of a batch belongs to the selection.
   *
   * @param batch whose first row does
   * @param tag of the evaluation
   * @throws EvaluationException if it has no column of such a name; lists those it has
   */
  public DataBatch of(DataBatch batch, EvaluationTag tag) {
    DataBatch rows =
        batch.rows() > maxRows - batch.firstRow()
            ? batch.first((int) (maxRows - batch.firstRow()))
            : batch;
    try {
      return columns.isEmpty() ? rows : rows.only(columns);
    } catch (IllegalArgumentException e) {
      throw EvaluationException.of(tag, String.valueOf(e.getMessage()), e);
    }
  }
}
