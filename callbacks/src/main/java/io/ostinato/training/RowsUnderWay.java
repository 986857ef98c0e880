package io.ostinato.training;

import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the rows of running evaluations, instead of showing a bar for each: the line belongs to
 * the bar of the training. Thread-safe.
 */
final class RowsUnderWay implements ProgressDisplay {
  private final AtomicLong rows = new AtomicLong();

  long count() {
    return rows.get();
  }

  @Override
  public Progress start(String label, long total, String unit) {
    return new Counted();
  }

  private final class Counted implements Progress {
    private long last;

    @Override
    public void update(long done, String message) {
      rows.addAndGet(done - last);
      last = done;
    }

    @Override
    public void close() {
      update(0, "");
    }
  }
}
