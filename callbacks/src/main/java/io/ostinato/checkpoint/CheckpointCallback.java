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
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import java.io.Serializable;

/**
 * Keeps checkpoints named after their iteration, and has {@code latest} point at the newest that
 * training can go on from, or {@code latest_weights} where weights only are kept. The end of
 * training is kept too.
 */
@Kind(name = "checkpoint", value = "Checkpoints to resume from, also at the end of training.")
public final class CheckpointCallback extends PeriodicCallback implements Stateful {
  private static final long serialVersionUID = 1;

  private final Config config;
  private String newest = "";

  /** What a checkpoint has. */
  public enum Content {
    /** Weights, optimizer and the states of callbacks: all that is needed to go on from it. */
    TRAINING,
    /** Weights only. */
    WEIGHTS
  }

  /** Which checkpoints stay. */
  public enum Keep {
    ALL,
    /**
     * The newest; the one before is removed once the next is complete, unless another callback
     * asked for it too.
     */
    LATEST
  }

  /**
   * What is configured.
   *
   * @param schedule when to keep one, besides the end; every epoch unless told
   * @param content {@link Content#TRAINING} unless told
   * @param keep {@link Keep#LATEST} unless told
   */
  public record Config(
      @Inline Schedule schedule,
      @Key(
              value =
                  "What a checkpoint has: everything that is needed to resume (`training`), or the"
                      + " weights only (`weights`).",
              byDefault = "training")
          Content content,
      @Key(
              value =
                  "Which checkpoints to keep: all, or the latest, whose predecessor is removed once"
                      + " it is complete unless another callback asked for it too.",
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

  /** What differs from the defaults is part of the name, so that several can be told apart. */
  private static String nameOf(Config config) {
    return "checkpoint."
        + config.schedule().intervalString()
        + (config.content() == Content.WEIGHTS ? ".weights" : "")
        + (config.keep() == Keep.ALL ? ".all" : "");
  }
}
