package io.ostinato.spark.resident;

import io.ostinato.spark.status.EvaluationBoard;
import java.lang.ref.WeakReference;
import java.time.Clock;

/** The board of the application whose driver this process is. Thread-safe. */
final class ApplicationBoard {
  private final Clock clock;

  // Guarded by this.
  private WeakReference<Object> application = new WeakReference<>(null);
  private EvaluationBoard board;

  ApplicationBoard(Clock clock) {
    this.clock = clock;
    this.board = new EvaluationBoard(clock);
  }

  synchronized EvaluationBoard of(Object wanted) {
    if (application.get() != wanted) {
      application = new WeakReference<>(wanted);
      board = new EvaluationBoard(clock);
    }
    return board;
  }
}
