package io.ostinato.monitor;

import io.ostinato.callback.Callback;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.progress.Progress;
import io.ostinato.schedule.UpdateCounter;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows a bar with the time that is left, where the training's progress is shown. */
public final class ProgressBarCallback extends Callback {
  private static final long serialVersionUID = 1;

  private final Config config;
  private transient @Nullable Progress progress;

  /** What is configured: what stands before the bar; {@code training} unless told. */
  public record Config(String label) implements Serializable {
    public static Config defaults() {
      return new Config("training");
    }
  }

  public ProgressBarCallback(Config config) {
    super("eta");
    this.config = config;
  }

  @Override
  public List<String> mistakes(TrainingPlan plan) {
    return config.label().isBlank()
        ? List.of("callback '%s' needs a label that is not blank".formatted(name()))
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
