package io.ostinato.evaluation;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows that an evaluation leaves out of its results: their number, and the first of them in
 * dataset order. Immutable.
 *
 * @param first at most {@link #MOST_NAMED} rows, in ascending order
 */
public record SkippedRows(long count, List<SkippedRow> first) implements Serializable {
  /** The maximum number of rows that are named. */
  public static final int MOST_NAMED = 10;

  private static final Logger log = LoggerFactory.getLogger(EvaluationEngine.class);

  /** No rows. */
  public static final SkippedRows NONE = new SkippedRows(0, List.of());

  public SkippedRows {
    first = List.copyOf(first);
  }

  /** These rows, in any order. */
  public static SkippedRows of(List<SkippedRow> rows) {
    return new SkippedRows(rows.size(), firstOf(rows.stream()));
  }

  /** The rows of both, which have none in common. */
  public SkippedRows plus(SkippedRows other) {
    if (other.count == 0) {
      return this;
    }
    return new SkippedRows(
        count + other.count, firstOf(Stream.concat(first.stream(), other.first.stream())));
  }

  /** The same rows of a dataset that starts at another index. */
  public SkippedRows moved(long by) {
    return new SkippedRows(count, first.stream().map(row -> row.moved(by)).toList());
  }

  /**
   * Logs a warning if there are any, and checks that not all rows were skipped.
   *
   * @param tag identifies the evaluation
   * @param rows the number of rows of the dataset
   * @throws EvaluationException if there is no row left to evaluate
   */
  public void report(EvaluationTag tag, long rows) {
    if (count > 0 && count == rows) {
      throw EvaluationException.of(
          tag,
          "all %s rows were skipped, so there is no result; the first: %s".formatted(rows, this));
    }
    if (count > 0) {
      log.warn("{}: {} of {} rows were skipped: {}", tag, count, rows, this);
    }
  }

  /** The first rows with their reasons, on one line; says how many more there are. */
  @Override
  public String toString() {
    String named = first.stream().map(SkippedRow::toString).collect(Collectors.joining("; "));
    return count > first.size() ? "%s; and %s more".formatted(named, count - first.size()) : named;
  }

  private static List<SkippedRow> firstOf(Stream<SkippedRow> rows) {
    return rows.sorted(Comparator.comparingLong(SkippedRow::row)).limit(MOST_NAMED).toList();
  }
}
