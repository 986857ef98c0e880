package io.ostinato.spark.resident;

import io.ostinato.spark.status.EvaluationBoard;
import java.time.Clock;
import java.util.Map;
import java.util.WeakHashMap;

/** The boards of the applications whose driver this process is, one after another. Thread-safe. */
final class ApplicationBoard {
  private final Clock clock;

  /** Boards must not refer to their application, or it would stay in memory. */
  private final Map<Object, EvaluationBoard> boards = new WeakHashMap<>();

  ApplicationBoard(Clock clock) {
    this.clock = clock;
  }

  synchronized EvaluationBoard of(Object application) {
    return boards.computeIfAbsent(application, key -> new EvaluationBoard(clock));
  }
}
