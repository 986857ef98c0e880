package io.ostinato.jobs.watch;

import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.NamedIteration;
import io.ostinato.schedule.TrainingIteration;
import java.util.Locale;
import java.util.Optional;

/** What the steps of a chart count. */
enum Axis {
  UPDATES,
  SAMPLES,
  EPOCHS,
  /** Lines of {@code metrics.jsonl}: what is counted where a name tells no iteration. */
  LINES;

  static Axis of(CheckpointFile checkpoint) {
    Optional<IntervalType> unit = checkpoint.iteration().map(NamedIteration::unit);
    if (unit.isEmpty()) {
      return LINES;
    }
    return switch (unit.orElseThrow()) {
      case EPOCH -> EPOCHS;
      case SAMPLE -> SAMPLES;
      case UPDATE, EVAL -> UPDATES;
    };
  }

  /** The step of an iteration; a line's number is kept as the update. */
  long stepOf(TrainingIteration iteration) {
    return switch (this) {
      case EPOCHS -> iteration.epoch();
      case SAMPLES -> iteration.sample();
      case UPDATES, LINES -> iteration.update();
    };
  }

  /** The name of a folder for values on it. */
  String folder() {
    return name().toLowerCase(Locale.ROOT);
  }
}
