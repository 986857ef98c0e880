package io.ostinato.notebook.jupyter;

import io.ostinato.notebook.display.LiveOutput;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress in the output of a Jupyter cell, in place, at most four times a second. Work that
 * starts within other work is shown below it until it ends. Thread-safe; the {@link Progress} of
 * one piece of work is not.
 */
public final class NotebookProgress implements ProgressDisplay {
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final LiveOutput<ProgressView> output;
  private final Clock clock;
  private final List<Work> works = new ArrayList<>();
  private @Nullable String shown;
  private Instant nextShow = Instant.MIN;

  NotebookProgress(LiveOutput<ProgressView> output, Clock clock) {
    this.output = output;
    this.clock = clock;
  }

  /** Shows bars in the output of the cell that is running when work starts. */
  public static ProgressDisplay display() {
    return new NotebookProgress(new CellOutput<>(), Clock.systemUTC());
  }

  @Override
  public synchronized Progress start(String label, long total, String unit) {
    Work work = new Work(new ProgressView.Bar(label, 0, total, unit, ""));
    works.add(work);
    show();
    return work;
  }

  private synchronized void update(Work work, ProgressView.Bar bar) {
    work.bar = bar;
    if (bar.done() == bar.total() || !clock.instant().isBefore(nextShow)) {
      show();
    }
  }

  /** Removes the bar of work within other work; the bar of the outermost work stays. */
  private synchronized void end(Work work) {
    if (works.contains(work)) {
      show(works.size() == 1 ? works : works.stream().filter(each -> each != work).toList());
      works.remove(work);
      shown = works.isEmpty() ? null : shown;
    }
  }

  private void show() {
    show(works);
  }

  private void show(List<Work> visible) {
    ProgressView view = new ProgressView(visible.stream().map(each -> each.bar).toList());
    if (shown == null) {
      shown = output.show(view);
    } else {
      output.update(shown, view);
    }
    nextShow = clock.instant().plus(PAUSE);
  }

  private final class Work implements Progress {
    private ProgressView.Bar bar;

    Work(ProgressView.Bar bar) {
      this.bar = bar;
    }

    @Override
    public void update(long done, String message) {
      NotebookProgress.this.update(
          this, new ProgressView.Bar(bar.label(), done, bar.total(), bar.unit(), message));
    }

    @Override
    public void close() {
      end(this);
    }
  }
}
