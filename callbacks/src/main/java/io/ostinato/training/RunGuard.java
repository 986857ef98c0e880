package io.ostinato.training;

import io.ostinato.storage.TakenOverException;
import io.ostinato.tracking.MetricsLog;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a training from changing its run after another process has taken the run over, which is
 * possible on file systems without locks. The process that has {@code metrics.jsonl} open owns the
 * run. Thread-safe.
 */
final class RunGuard {
  private volatile @Nullable MetricsLog log;
  private volatile @Nullable TakenOverException lost;
  private volatile boolean wasHeld;

  /** Called when the log is opened. */
  void hold(MetricsLog opened) {
    log = opened;
    wasHeld = true;
  }

  /** Called before the log is closed. */
  void release() {
    log = null;
  }

  /** Whether this training has had its run open before. */
  boolean wasHeld() {
    return wasHeld;
  }

  /**
   * Checks that the run may be changed.
   *
   * @throws TakenOverException if another process has taken it over, now or at an earlier check
   */
  void check() {
    TakenOverException before = lost;
    if (before != null) {
      throw new TakenOverException(String.valueOf(before.getMessage()), before);
    }
    MetricsLog held = log; // checked without a lock, since the log has one of its own
    try {
      if (held != null) {
        held.checkHeld();
      }
    } catch (TakenOverException e) {
      lost = e;
      throw e;
    }
  }

  /** Whether a check has found that another process has taken the run over. */
  boolean isLost() {
    return lost != null;
  }
}
