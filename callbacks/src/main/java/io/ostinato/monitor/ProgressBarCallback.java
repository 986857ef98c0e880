package io.ostinato.monitor;

import io.ostinato.callback.Callback;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.Mistake;
import io.ostinato.progress.Progress;
import io.ostinato.schedule.UpdateCounter;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows a progress bar with the remaining time on the training's progress display. */
@Kind(name = "eta", value = "A progress bar on a terminal. Added by default.")
public final class ProgressBarCallback extends Callback {
  private static final long serialVersionUID = 1;

  private final Config config;
  private transient @Nullable Progress progress;

  /** The settings of the callback: the text before the bar. Default: {@code training}. */
  public record Config(
      @Key(value = "The text before the bar.", byDefault = "training") String label)
      implements Serializable {
    public static Config defaults() {
      return Defaults.of(Config.class);
    }
  }

  public ProgressBarCallback(Config config) {
    super("eta");
    this.config = config;
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    return config.label().isBlank()
        ? List.of(
            Mistake.of(
                subject("label"),
                "callback '%s' needs a label that is not blank".formatted(name())))
        : List.of();
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    progress = context().progress().start(config.label(), at.remainingUpdates(), "updates");
  }

  @Override
  public void afterUpdate(UpdateCounter at) {
    if (progress != null) {
      long done = at.current().update() - at.start().update();
      String beside = context().evaluationsUnderWay().toString();
      progress.update(done, at.current() + (beside.isEmpty() ? "" : "  " + beside));
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
