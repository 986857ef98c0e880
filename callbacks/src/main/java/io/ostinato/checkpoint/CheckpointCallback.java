package io.ostinato.checkpoint;

import io.ostinato.callback.CheckpointRequests;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import java.io.Serializable;

/**
 * Saves checkpoints named after their iteration, and makes {@code latest} point to the newest one
 * that training can resume from, or {@code latest_weights} if only the weights are saved. The end
 * of training is saved too.
 */
@Kind(name = "checkpoint", value = "Checkpoints to resume from, also at the end of training.")
public final class CheckpointCallback extends PeriodicCallback implements Stateful {
  private static final long serialVersionUID = 1;

  private final Config config;
  private String newest = "";

  /** The content of a checkpoint. */
  public enum Content {
    /** Weights, optimizer and the states of callbacks: everything that is required to resume. */
    TRAINING,
    /** Weights only. */
    WEIGHTS
  }

  /** The checkpoints to keep. */
  public enum Keep {
    /** All checkpoints. */
    ALL,
    /**
     * Only the newest; the previous one is removed once it is complete, unless another callback
     * requested that one too.
     */
    LATEST
  }

  /**
   * The settings of the callback.
   *
   * @param schedule when to save a checkpoint, in addition to the end. Default: every epoch
   * @param content the content of checkpoints. Default: {@link Content#TRAINING}
   * @param keep the checkpoints to keep. Default: {@link Keep#LATEST}
   */
  public record Config(
      @Inline Schedule schedule,
      @Key(
              value =
                  "The content of a checkpoint: everything that is required to resume (`training`),"
                      + " or only the weights (`weights`).",
              byDefault = "training")
          Content content,
      @Key(
              value =
                  "Which checkpoints to keep: all, or only the latest. The previous one is removed"
                      + " once the latest is complete, unless another callback requested it too.",
              byDefault = "latest")
          Keep keep)
      implements Serializable {
    public static Config defaults() {
      return Defaults.of(Config.class);
    }

    public Config every(Schedule newSchedule) {
      return new Config(newSchedule, content, keep);
    }

    public Config content(Content newContent) {
      return new Config(schedule, newContent, keep);
    }

    public Config keep(Keep newKeep) {
      return new Config(schedule, content, newKeep);
    }
  }

  public CheckpointCallback(Config config) {
    super(nameOf(config), config.schedule());
    this.config = config;
  }

  @Override
  protected void periodicCallback(Invocation at) {
    if (at.isScheduled()) {
      keep(at.counter());
    }
  }

  /** Releases what the process before was killed before releasing. */
  @Override
  public void beforeTraining(UpdateCounter at) {
    if (config.keep() == Keep.LATEST && !newest.isEmpty()) {
      context().checkpointsFor(name()).releaseBefore(TrainingIteration.parse(newest));
    }
  }

  @Override
  public void afterTraining(UpdateCounter at) {
    keep(at);
  }

  @Override
  public SavedState saveState() {
    return SavedState.empty().with("newest", newest);
  }

  @Override
  public void restoreState(SavedState state) {
    newest = state.getString("newest");
  }

  private void keep(UpdateCounter at) {
    String tag = at.current().toString();
    String before = newest;
    newest = tag;
    CheckpointRequests requests = context().checkpointsFor(name());
    switch (config.content()) {
      case TRAINING -> {
        requests.saveTraining(tag);
        requests.markLatest(tag);
      }
      case WEIGHTS -> {
        requests.saveWeights(tag);
        requests.markLatestWeights(tag);
      }
    }
    if (config.keep() == Keep.LATEST && !before.isEmpty() && !before.equals(tag)) {
      requests.release(before);
    }
  }

  /** Includes the settings that differ from the defaults, to distinguish several callbacks. */
  private static String nameOf(Config config) {
    return "checkpoint."
        + config.schedule().intervalString()
        + (config.content() == Content.WEIGHTS ? ".weights" : "")
        + (config.keep() == Keep.ALL ? ".all" : "");
  }
}
