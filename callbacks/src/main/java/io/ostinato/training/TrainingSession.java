package io.ostinato.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import io.ostinato.evaluation.BlockWeights;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoint;
import io.ostinato.tracking.MetricsLog;
import io.ostinato.tracking.RunStatus;
import io.ostinato.tracking.RunSummary;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model, its trainer and the callbacks, from the first weights to the last record. */
final class TrainingSession implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainingSettings settings;
  private final Closing closing = new Closing();
  private final Block block;
  private final OptimizerState optimizer;
  private final MetricsLog metrics;
  private final RunSummary summary;
  private final PendingCheckpoints checkpoints;
  private final RunContext context;
  private final Moments moments;
  private final UpdateSteps steps;
  private UpdateCounter counter;

  /** Builds the model, at its first weights or at those of the checkpoint to go on from. */
  static TrainingSession open(TrainingSettings settings) {
    return new TrainingSession(
        settings, settings.resumeFrom().stream().map(settings.checkpoints()::load).toList());
  }

  /** Builds the model at this checkpoint. */
  static TrainingSession openAt(TrainingSettings settings, Checkpoint checkpoint) {
    return new TrainingSession(settings, List.of(checkpoint));
  }

  private TrainingSession(TrainingSettings settings, List<Checkpoint> resumed) {
    this.settings = settings;
    this.counter = UpdateCounter.of(settings.length(), settings.epochSize());
    try {
      Engine engine = Engine.getInstance();
      engine.setRandomSeed(settings.seed());
      Device device = engine.defaultDevice();
      Model model = closing.add(Model.newInstance("model", device));
      this.block = settings.model().factory().get();
      model.setBlock(block);
      Trainer trainer = closing.add(model.newTrainer(config(device)));
      trainer.initialize(settings.model().inputShapes(settings.microBatchSize()));
      this.optimizer = closing.add(new OptimizerState(settings.optimizer(), block));
      resumed.forEach(checkpoint -> restore(checkpoint, trainer));
      this.metrics = closing.add(openMetrics());
      this.summary = RunSummary.of(settings.metricProperties(), MetricsLog.read(metricsFile()));
      this.checkpoints =
          new PendingCheckpoints(settings.checkpoints(), this::checkpoint, this::ofWeights);
      this.context =
          new RunContext(settings, block, metrics, checkpoints, optimizer::learningRates);
      this.moments = new Moments(settings.callbacks(), this::endMoment);
      this.steps = closing.add(new UpdateSteps(settings, trainer, moments::afterAccumulationStep));
      closing.add(settings.tracker());
      settings.tracker().start(settings.run());
      settings.callbacks().forEach(callback -> callback.attach(context));
      resumed.forEach(checkpoint -> CallbackStates.restore(settings.callbacks(), checkpoint));
    } catch (RuntimeException | Error e) {
      closing.closeAfter(e);
      throw e;
    }
  }

  /** Trains to the end, or until a callback or a signal ends it. */
  TrainingResult train() {
    try (StopSignals signals = new StopSignals(settings.signals())) {
      try {
        moments.beforeTraining(counter);
        EndedBy endedBy = updates(signals);
        moments.afterTraining(counter);
        finish(endedBy == EndedBy.SIGNAL ? RunStatus.INTERRUPTED : RunStatus.FINISHED);
        return result(endedBy, signals);
      } catch (RuntimeException | Error e) {
        keepError(e);
        throw e;
      }
    }
  }

  /** Runs every callback once, at the present weights. */
  void evaluate() {
    moments.atEval(counter);
    finish(RunStatus.FINISHED);
  }

  @Override
  public void close() {
    closing.close();
  }

  private EndedBy updates(StopSignals signals) {
    while (!counter.isFinished()) {
      steps.next(counter);
      counter = counter.advance();
      context.updated(steps.timings());
      moments.afterUpdate(counter);
      if (signals.received().isPresent()) {
        settings.checkpoints().save(counter.current() + ".signal_interrupt", checkpoint());
        return EndedBy.SIGNAL;
      }
      if (context.stopReason().isPresent()) {
        return EndedBy.CALLBACK;
      }
    }
    return EndedBy.LENGTH;
  }

  private TrainingResult result(EndedBy endedBy, StopSignals signals) {
    String reason =
        switch (endedBy) {
          case LENGTH -> "it was to train for " + settings.length();
          case CALLBACK -> context.stopReason().orElse("");
          case SIGNAL -> signals.received().orElse("");
        };
    return new TrainingResult(
        settings.folder(), counter.current(), context.weights(), endedBy, reason, summary);
  }

  private void endMoment(UpdateCounter at) {
    metrics
        .flush(at.current())
        .ifPresent(
            record -> {
              summary.add(record);
              settings.tracker().log(record);
            });
    checkpoints.write();
  }

  private void finish(RunStatus status) {
    summary.write(settings.folder().resolve("summary.json"));
    settings.tracker().finish(summary, status);
  }

  /** Keeps what there is; if that fails too, the first failure says so. */
  private void keepError(Throwable failure) {
    String tag = counter.current() + ".error";
    try {
      settings.checkpoints().save(tag, checkpoint());
      log.info("training failed after {}; checkpoint '{}' is kept", counter.current(), tag);
      finish(RunStatus.FAILED);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** All that is needed to go on from the present moment. */
  Checkpoint checkpoint() {
    return Checkpoint.ofTraining(
        counter.current(),
        settings.run().runId(),
        architecture(),
        context.weights(),
        optimizer.save(),
        CallbackStates.of(settings.callbacks()));
  }

  private Checkpoint ofWeights(WeightSnapshot weights) {
    return Checkpoint.ofWeights(counter.current(), settings.run().runId(), architecture(), weights);
  }

  private void restore(Checkpoint checkpoint, Trainer trainer) {
    if (!checkpoint.isResumable()) {
      throw new IllegalArgumentException(
          "checkpoint '%s' has weights only; go on from one that has the optimizer too"
              .formatted(settings.resumeFrom().get(0)));
    }
    counter = at(checkpoint.iteration());
    BlockWeights.restore(block, checkpoint.weights());
    optimizer.restore(checkpoint.optimizer(), trainer.getManager());
    log.info("training goes on from {}", checkpoint.iteration());
  }

  private UpdateCounter at(TrainingIteration iteration) {
    return UpdateCounter.startingAt(iteration, settings.length(), settings.epochSize());
  }

  private MetricsLog openMetrics() {
    if (!settings.resumeFrom().isEmpty()) {
      MetricsLog.keepUpTo(metricsFile(), counter.current());
    }
    return MetricsLog.open(metricsFile(), settings.clock());
  }

  private Path metricsFile() {
    return settings.folder().resolve("metrics.jsonl");
  }

  private String architecture() {
    return block.getClass().getName();
  }

  private DefaultTrainingConfig config(Device device) {
    return new DefaultTrainingConfig(settings.loss().get())
        .optOptimizer(settings.optimizer())
        .optDevices(new Device[] {device});
  }
}
