package io.ostinato.spark.engine;

import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/** Keeps what was shown, and tells somebody of each count that differs from the one before. */
record ShownCounts(List<String> started, List<Long> counts, LongConsumer onChange)
    implements ProgressDisplay {
  static ShownCounts telling(LongConsumer onChange) {
    return new ShownCounts(new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>(), onChange);
  }

  @Override
  public Progress start(String label, long total, String unit) {
    started.add("%s: %d %s".formatted(label, total, unit));
    return new Progress() {
      @Override
      public void update(long done, String message) {
        if (counts.isEmpty() || counts.get(counts.size() - 1) != done) {
          counts.add(done);
          onChange.accept(done);
        }
      }

      @Override
      public void close() {}
    };
  }
}
