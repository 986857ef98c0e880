package io.ostinato.jobs.train;

import ai.djl.ndarray.types.Shape;
import io.ostinato.callback.Callback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.schedule.EpochSize;
import io.ostinato.tracking.RunInfo;
import io.ostinato.training.LastBatch;
import io.ostinato.training.NonFiniteLoss;
import io.ostinato.training.TrainingConfigurationException;
import io.ostinato.training.TrainingLoop;
import io.ostinato.training.TrainingLoopBuilder;
import java.time.Clock;
import java.util.Set;
import java.util.function.Consumer;

/** Builds a training from a configuration. */
final class RunBuilder {
  private final Bound<RunConfig> bound;
  private final RunConfig config;
  private final Set<Callback> leftOut;

  RunBuilder(Bound<RunConfig> bound) {
    this(bound, Set.of());
  }

  /**
   * Builds a training without some of its callbacks.
   *
   * @param leftOut the callbacks to leave out, compared by identity
   */
  RunBuilder(Bound<RunConfig> bound, Set<Callback> leftOut) {
    this.bound = bound;
    this.config = bound.value();
    this.leftOut = leftOut;
  }

  /**
   * Builds the training.
   *
   * @param rows the number of rows to train on
   * @param more further settings of the builder
   * @throws ConfigurationException if the training can't start; lists all mistakes with their
   *     places
   */
  TrainingLoop build(
      DataContainer data, long rows, EvaluationEngine engine, Consumer<TrainingLoopBuilder> more) {
    TrainingLoopBuilder builder =
        settings().data(data).engine(engine).optimizer(config.optimizer().optimizer(updates(rows)));
    more.accept(builder);
    try {
      return builder.build();
    } catch (TrainingConfigurationException e) {
      throw new ConfigurationException(new RunMistakes(bound).placed(e.found()));
    }
  }

  /**
   * The settings that need neither data nor a file system: all except data, engine, optimizer,
   * output and the run's id.
   */
  TrainingLoopBuilder settings() {
    TrainingLoopBuilder builder =
        TrainingLoop.builder()
            .model(config.model(), config.model().shapes().toArray(Shape[]::new))
            .loss(config.loss())
            .length(config.length())
            .effectiveBatchSize(config.effectiveBatchSize())
            .lastBatch(config.lastBatch())
            .evaluations(config.evaluations())
            .nonFiniteLoss(NonFiniteLoss.skipUpTo(config.skipNonFinite()))
            .seed(config.seed())
            .metricProperties(config.metricDirections());
    if (config.microBatchSize() != null) {
      builder.microBatchSize(config.microBatchSize());
    }
    if (config.gradientClipping() != null) {
      builder.gradientClipping(config.gradientClipping());
    }
    if (!config.defaultCallbacks()) {
      builder.withoutDefaultCallbacks();
    }
    if (!config.report()) {
      builder.withoutReport();
    }
    config.callbacks().stream().filter(one -> !leftOut.contains(one)).forEach(builder::callback);
    bound.flat().forEach(builder::parameter);
    return builder;
  }

  /** Sets the id of a new run, or of the run to resume; returns it. */
  String nameRun(TrainingLoopBuilder builder) {
    if (config.resume() != null) {
      String runId = config.resume().runId().toString();
      builder
          .resume(runId, config.resume().checkpoint())
          .lostMetrics(config.resume().lostMetrics());
      return runId;
    }
    String runId =
        config.runId() == null ? RunInfo.newId(Clock.systemUTC()) : config.runId().toString();
    builder.runId(runId);
    return runId;
  }

  private int updates(long rows) {
    EpochSize epoch =
        config.lastBatch() == LastBatch.KEEP || rows < config.effectiveBatchSize()
            ? EpochSize.keepingLast(rows, config.effectiveBatchSize())
            : EpochSize.droppingLast(rows, config.effectiveBatchSize());
    try {
      return (int) Math.min(Integer.MAX_VALUE, config.length().end(epoch).update());
    } catch (ArithmeticException e) {
      return Integer.MAX_VALUE; // refused later by the training
    }
  }
}
