package io.ostinato.evaluation;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The part of a dataset used by an evaluation. Immutable. Batches start at the same rows as in the
 * whole dataset; the last one ends with the last selected row.
 *
 * @param maxRows the maximum number of rows, at least 1, which are the first ones in dataset order;
 *     {@link #ALL_ROWS} for all
 * @param columns the columns of a batch, in this order; empty for all, in the dataset's order
 */
public record DataSelection(long maxRows, List<String> columns) implements Serializable {
  /** Selects all rows. */
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
            "columns %s contain '%s' twice; list each column once".formatted(columns, column));
      }
    }
  }

  /** All rows and columns. */
  public static DataSelection everything() {
    return EVERYTHING;
  }

  /** The same columns with a different maximum number of rows. */
  public DataSelection withMaxRows(long rows) {
    return new DataSelection(rows, columns);
  }

  /** The same rows with these columns. */
  public DataSelection withColumns(List<String> names) {
    return new DataSelection(maxRows, names);
  }

  /**
   * The part of a batch that belongs to the selection.
   *
   * @param batch a batch whose first row belongs to it
   * @param tag identifies the evaluation
   * @throws EvaluationException if the batch lacks a selected column; the message lists its columns
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
