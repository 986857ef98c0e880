package io.ostinato.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the rows because of which a batch fails, by bisection. A bad row fails both by itself and
 * together with all rows that are known to be good: a model may refuse any single row, or any batch
 * of some size. The number of trials for a bad row is about the logarithm of the number of rows.
 */
final class BadRowSearch {
  /** Tries rows. */
  interface Trial {
    /** Runs the rows at these positions; returns why they fail, if they do. */
    Optional<BatchFailure> run(List<Integer> positions) throws InterruptedException;
  }

  private final BatchPart part;
  private final Trial trial;
  private final long most;
  private final List<Integer> good = new ArrayList<>();
  private final List<SkippedRow> bad = new ArrayList<>();
  private boolean isUnclear;

  /**
   * Creates a search.
   *
   * @param most the search ends when it has found more bad rows than this
   */
  BadRowSearch(BatchPart part, long most, Trial trial) {
    this.part = part;
    this.trial = trial;
    this.most = most;
  }

  /**
   * Searches among all rows of the part, which have failed together.
   *
   * @return the bad rows; empty if no row is the cause
   */
  List<SkippedRow> run() throws InterruptedException {
    search(part.positions());
    return isUnclear ? List.of() : bad;
  }

  /** Searches among rows that fail together with the good ones. */
  private void search(List<Integer> rows) throws InterruptedException {
    if (isUnclear || bad.size() > most) {
      return;
    }
    if (rows.size() == 1) {
      judge(rows);
      return;
    }
    List<Integer> first = rows.subList(0, rows.size() / 2);
    List<Integer> second = rows.subList(rows.size() / 2, rows.size());
    boolean firstIsGood = searchIfBad(first);
    if (firstIsGood) {
      search(second);
    } else {
      searchIfBad(second);
    }
  }

  /** Decides about a single row. */
  private void judge(List<Integer> row) throws InterruptedException {
    boolean isFirst = good.isEmpty();
    Optional<BatchFailure> failure = tried(row);
    if (failure.isPresent() && !isFirst) {
      failure = trial.run(row);
      isUnclear = failure.isEmpty();
    }
    failure.ifPresent(found -> bad.add(row(row.get(0), found)));
  }

  /** Returns whether the rows are all good. */
  private boolean searchIfBad(List<Integer> rows) throws InterruptedException {
    if (rows.size() > 1 && tried(rows).isEmpty()) {
      return true;
    }
    int before = bad.size();
    search(rows);
    return bad.size() == before;
  }

  /** Tries rows; if they are good, they belong to the good ones from then on. */
  private Optional<BatchFailure> tried(List<Integer> rows) throws InterruptedException {
    List<Integer> together = new ArrayList<>(good);
    together.addAll(rows);
    Optional<BatchFailure> failure = trial.run(together);
    if (failure.isEmpty()) {
      good.addAll(rows);
    }
    return failure;
  }

  private SkippedRow row(int position, BatchFailure failure) {
    return new SkippedRow(
        part.batch().partition(), part.batch().firstRow() + position, failure.reason());
  }
}
