package io.ostinato.jobs.watch;

import io.ostinato.schedule.NamedIteration;
import io.ostinato.schedule.TrainingIteration;
import java.util.Locale;
import java.util.Optional;

/** What the steps of a chart count. */
enum Axis {
  UPDATES,
  SAMPLES,
  EPOCHS,
  /** Numbers whose unit the names don't tell. */
  NUMBERS,
  /** Lines of {@code metrics.jsonl}: what is counted where a name tells no iteration. */
  LINES;

  /**
   * What the name counted when its line was written: a name that was read in another way then, or
   * not at all, was counted by lines.
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

  /** The step of an iteration; a line's number is kept as the update. */
  long stepOf(TrainingIteration iteration) {
    return switch (this) {
      case EPOCHS -> iteration.epoch();
      case SAMPLES -> iteration.sample();
      case UPDATES, NUMBERS, LINES -> iteration.update();
    };
  }

  /** The name of a folder for values on it. */
  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }
}
