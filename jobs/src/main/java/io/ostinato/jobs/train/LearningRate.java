package io.ostinato.jobs.train;

import ai.djl.training.tracker.LinearTracker;
import ai.djl.training.tracker.Tracker;
import ai.djl.training.tracker.WarmUpTracker;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.Shorthand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A schedule of the learning rate. */
sealed interface LearningRate
    permits LearningRate.Fixed, LearningRate.Cosine, LearningRate.Linear, LearningRate.Steps {

  /**
   * Creates the tracker that gives the learning rate of each update.
   *
   * @param totalUpdates the number of updates of the whole training
   */
  Tracker tracker(int totalUpdates);

  /** A linear warmup. */
  record Warmup(
      @Key(
              value = "Number of updates of linear warmup; `0` for none.",
              byDefault = "0",
              atLeast = 0)
          int warmupUpdates,
      @Key(value = "Learning rate at the start of the warmup.", byDefault = "0", atLeast = 0)
          double warmupFrom) {

    Tracker before(Tracker main) {
      return warmupUpdates == 0
          ? main
          : Tracker.warmUp()
              .optWarmUpSteps(warmupUpdates)
              .optWarmUpBeginValue((float) warmupFrom)
              .optWarmUpMode(WarmUpTracker.Mode.LINEAR)
              .setMainTracker(main)
              .build();
    }
  }

  /** The number of updates over which a rate decays, after a warmup. */
  record Way(
      @Key(
              value = "Number of updates from the first rate to the last.",
              optional = true,
              otherwise = "all updates of the training after the warmup",
              atLeast = 1)
          @Nullable Integer overUpdates,
      @Inline Warmup warmup) {

    Tracker before(Tracker main) {
      return warmup.before(main);
    }

    int updates(int totalUpdates) {
      return overUpdates == null ? Math.max(1, totalUpdates - warmup.warmupUpdates()) : overUpdates;
    }
  }

  /** A constant rate. */
  @Kind(name = "fixed", value = "A constant rate. Short form: the number alone.")
  @Shorthand("value")
  record Fixed(@Key(value = "Learning rate.", above = 0) double value, @Inline Warmup warmup)
      implements LearningRate {
    @Override
    public Tracker tracker(int totalUpdates) {
      return warmup.before(Tracker.fixed((float) value));
    }
  }

  /** Cosine decay. */
  @Kind(
      name = "cosine",
      value = "Cosine decay: from the highest to the lowest rate along half a cosine wave.")
  record Cosine(
      @Key(value = "Highest learning rate.", above = 0) double from,
      @Key(value = "Lowest learning rate.", byDefault = "0", atLeast = 0) double to,
      @Inline Way way)
      implements LearningRate {
    @Override
    public Tracker tracker(int totalUpdates) {
      return way.before(
          Tracker.cosine()
              .setBaseValue((float) from)
              .optFinalValue((float) to)
              .setMaxUpdates(way.updates(totalUpdates))
              .build());
    }
  }

  /** A linear change. */
  @Kind(name = "linear", value = "Changes linearly from the first rate to the last.")
  record Linear(
      @Key(value = "Initial learning rate.", above = 0) double from,
      @Key(value = "Final learning rate.", byDefault = "0", atLeast = 0) double to,
      @Inline Way way)
      implements LearningRate {
    @Override
    public Tracker tracker(int totalUpdates) {
      int updates = way.updates(totalUpdates);
      LinearTracker.Builder line =
          LinearTracker.builder()
              .setBaseValue((float) from)
              .optSlope((float) ((to - from) / updates));
      // DJL accepts only one bound: the one that the line reaches.
      return way.before(
          (to < from ? line.optMinValue((float) to) : line.optMaxValue((float) to)).build());
    }
  }

  /** Step decay. */
  @Kind(name = "steps", value = "Step decay: multiplied by a factor at given updates.")
  record Steps(
      @Key(value = "Initial learning rate.", above = 0) double from,
      @Key(value = "Factor to multiply the rate by.", byDefault = "0.1", above = 0) double factor,
      @Key(value = "Updates after which to multiply, in ascending order.", atLeast = 1)
          List<Integer> atUpdates,
      @Inline Warmup warmup)
      implements LearningRate {
    public Steps {
      if (atUpdates.isEmpty()
          || !atUpdates.stream().sorted().distinct().toList().equals(atUpdates)) {
        throw new IllegalArgumentException(
            "at_updates must be numbers in ascending order; given: " + atUpdates);
      }
    }

    @Override
    public Tracker tracker(int totalUpdates) {
      return warmup.before(
          Tracker.multiFactor()
              .setBaseValue((float) from)
              .optFactor((float) factor)
              .setSteps(atUpdates.stream().mapToInt(Integer::intValue).toArray())
              .build());
    }
  }
}
