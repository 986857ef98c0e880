package io.ostinato.jobs.watch;

import io.ostinato.schedule.NamedIteration;
import io.ostinato.schedule.TrainingIteration;
import java.util.Locale;
import java.util.Optional;

/** The quantity that the steps of a chart count. */
enum Axis {
  UPDATES,
  SAMPLES,
  EPOCHS,
  /** Numbers in names, of an unknown unit. */
  NUMBERS,
  /** Lines of {@code metrics.jsonl}, for names without an iteration. */
  LINES;

  /**
   * The axis of an entry. If the iteration in its line differs from the one that its name has now,
   * which an earlier version may have read differently, it is counted by lines.
   */
  static Axis of(JournalEntry entry) {
    Optional<NamedIteration> named = entry.checkpoint().iteration();
    if (named.isEmpty() || !named.orElseThrow().iteration().equals(entry.iteration())) {
      return LINES;
    }
    return switch (named.orElseThrow().unit()) {
      case EPOCH -> EPOCHS;
      case SAMPLE -> SAMPLES;
      case UPDATE -> UPDATES;
      case UNKNOWN -> NUMBERS;
    };
  }

  /** The step of an iteration; the number of a line is stored as the update. */
  long stepOf(TrainingIteration iteration) {
    return switch (this) {
      case EPOCHS -> iteration.epoch();
      case SAMPLES -> iteration.sample();
      case UPDATES, NUMBERS, LINES -> iteration.update();
    };
  }

  /** The name of the folder for values on this axis. */
  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }
}
