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

/** The learning rate of each update. */
sealed interface LearningRate
    permits LearningRate.Fixed, LearningRate.Cosine, LearningRate.Linear, LearningRate.Steps {

  /**
   * The rates.
   *
   * @param totalUpdates of the whole training
   */
  Tracker tracker(int totalUpdates);

  /** A slow beginning. */
  record Warmup(
      @Key(value = "How many updates it takes to come to the rate.", byDefault = "0", atLeast = 0)
          int warmupUpdates,
      @Key(value = "The rate to begin with.", byDefault = "0", atLeast = 0) double warmupFrom) {

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

  /** How long a rate takes to come from the first to the last. */
  record Way(
      @Key(
              value = "How many updates it takes.",
              optional = true,
              otherwise = "those of the training, without the warmup",
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

  /** The same throughout. */
  @Kind(name = "fixed", value = "The same throughout. A number alone stands for it.")
  @Shorthand("value")
  record Fixed(@Key(value = "The rate.", above = 0) double value, @Inline Warmup warmup)
      implements LearningRate {
    @Override
    public Tracker tracker(int totalUpdates) {
      return warmup.before(Tracker.fixed((float) value));
    }
  }

  /** Half a wave. */
  @Kind(name = "cosine", value = "Falls along half a wave of the cosine.")
  record Cosine(
      @Key(value = "The highest rate.", above = 0) double from,
      @Key(value = "The lowest rate.", byDefault = "0", atLeast = 0) double to,
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

  /** A straight line. */
  @Kind(name = "linear", value = "Goes along a straight line.")
  record Linear(
      @Key(value = "The first rate.", above = 0) double from,
      @Key(value = "The last rate.", byDefault = "0", atLeast = 0) double to,
      @Inline Way way)
      implements LearningRate {
    @Override
    public Tracker tracker(int totalUpdates) {
      int updates = way.updates(totalUpdates);
      LinearTracker.Builder line =
          LinearTracker.builder()
              .setBaseValue((float) from)
              .optSlope((float) ((to - from) / updates));
      // DJL takes one bound: the one that the line comes to.
      return way.before(
          (to < from ? line.optMinValue((float) to) : line.optMaxValue((float) to)).build());
    }
  }

  /** Steps. */
  @Kind(name = "steps", value = "Is multiplied by a factor at some updates.")
  record Steps(
      @Key(value = "The first rate.", above = 0) double from,
      @Key(value = "The factor.", byDefault = "0.1", above = 0) double factor,
      @Key(value = "After which updates, in rising order.", atLeast = 1) List<Integer> atUpdates,
      @Inline Warmup warmup)
      implements LearningRate {
    public Steps {
      if (atUpdates.isEmpty()
          || !atUpdates.stream().sorted().distinct().toList().equals(atUpdates)) {
        throw new IllegalArgumentException(
            "at_updates must be numbers in rising order; given: " + atUpdates);
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
