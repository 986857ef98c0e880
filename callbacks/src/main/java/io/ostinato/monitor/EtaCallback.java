package io.ostinato.monitor;

import io.ostinato.callback.Callback;
import io.ostinato.progress.Progress;
import io.ostinato.schedule.UpdateCounter;
import org.jspecify.annotations.Nullable;

/** Shows a bar with the time that is left, where the training's progress is shown. */
public final class EtaCallback extends Callback {
  private static final long serialVersionUID = 1;

  private transient @Nullable Progress progress;

  public EtaCallback() {
    super("eta");
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    progress = context().progress().start("training", at.remainingUpdates(), "updates");
  }

  @Override
  public void afterUpdate(UpdateCounter at) {
    if (progress != null) {
      long done = at.current().update() - at.start().update();
      progress.update(done, at.current().toString());
    }
  }

  @Override
  public void afterTraining(UpdateCounter at) {
    close();
  }

  @Override
  protected void detached() {
    close();
  }

  private void close() {
    if (progress != null) {
      progress.close();
      progress = null;
    }
  }
}
