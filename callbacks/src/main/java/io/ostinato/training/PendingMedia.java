package io.ostinato.training;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.tracking.Histogram;
import io.ostinato.tracking.LogWriter;
import io.ostinato.tracking.Picture;
import io.ostinato.tracking.Tracker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pictures and histograms of the current moment, until it ends. */
final class PendingMedia {
  private final Map<String, String> writers = new HashMap<>();
  private final List<Showing> pending = new ArrayList<>();

  /** Passes a picture or histogram to a tracker. */
  private interface Showing {
    void on(Tracker tracker, TrainingIteration at, Instant time);
  }

  /** A writer for a callback that passes numbers on to another writer. */
  LogWriter writerFor(String callback, LogWriter scalars) {
    return new Writer(callback, scalars);
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  /** Passes everything to the tracker, and clears it. */
  void flush(TrainingIteration at, Instant time, Tracker tracker) {
    List<Showing> all = List.copyOf(pending);
    pending.clear();
    writers.clear();
    all.forEach(showing -> showing.on(tracker, at, time));
  }

  private void add(String writer, String key, Showing showing) {
    String earlier = writers.putIfAbsent(key, writer);
    if (earlier != null) {
      throw new IllegalStateException(
          "'%s' and '%s' both write '%s' at one moment; give one of them another key"
              .formatted(earlier, writer, key));
    }
    pending.add(showing);
  }

  private final class Writer implements LogWriter {
    private final String callback;
    private final LogWriter scalars;

    Writer(String callback, LogWriter scalars) {
      this.callback = callback;
      this.scalars = scalars;
    }

    @Override
    public void addScalar(String key, double value) {
      scalars.addScalar(key, value);
    }

    @Override
    public void addImage(String key, Picture picture) {
      add(callback, key, (tracker, at, time) -> tracker.logImage(at, time, key, picture));
    }

    @Override
    public void addHistogram(String key, Histogram histogram) {
      add(callback, key, (tracker, at, time) -> tracker.logHistogram(at, time, key, histogram));
    }
  }
}
