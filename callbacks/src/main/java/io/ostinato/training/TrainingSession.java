package io.ostinato.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import io.ostinato.libraries.EngineTurn;
import io.ostinato.libraries.GradientMode;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.model.BlockWeights;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoint;
import io.ostinato.tracking.RunStatus;
import io.ostinato.training.CallbackRun.Purpose;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model and its trainer, from the initial to the final weights, and their run. */
final class TrainingSession implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainingSettings settings;
  private final Closing closing = new Closing();
  private final CallbackRun run;
  private final UpdateSteps steps;

  /** Starts training from the initial weights, or from the checkpoint to resume from. */
  static TrainingSession toTrain(TrainingSettings settings) {
    List<Checkpoint> resumed = resumed(settings);
    resumed.forEach(checkpoint -> log.info("training resumes from {}", checkpoint.iteration()));
    return new TrainingSession(settings, Purpose.TRAINING, resumed);
  }

  /** Starts an evaluation at the initial weights, or at the checkpoint to resume from. */
  static TrainingSession toEvaluate(TrainingSettings settings) {
    return new TrainingSession(settings, Purpose.EVALUATION, resumed(settings));
  }

  /** Starts an evaluation at this checkpoint. */
  static TrainingSession toEvaluateAt(TrainingSettings settings, Checkpoint checkpoint) {
    return new TrainingSession(settings, Purpose.EVALUATION, List.of(checkpoint));
  }

  private static List<Checkpoint> resumed(TrainingSettings settings) {
    return settings.resumeFrom().stream().map(settings.checkpoints()::load).toList();
  }

  private TrainingSession(TrainingSettings settings, Purpose purpose, List<Checkpoint> resumed) {
    this.settings = settings;
    try {
      Trainer trainer = initialized();
      Block block = trainer.getModel().getBlock();
      OptimizerState optimizer = closing.add(new OptimizerState(settings.optimizer(), block));
      if (!optimizer.unknownFields().isEmpty()) {
        log.warn(
            "checkpoints don't include the optimizer's state in {}; a resumed training may differ",
            optimizer.unknownFields());
      }
      UpdateCounter counter = UpdateCounter.of(settings.length(), settings.epochSize());
      for (Checkpoint checkpoint : resumed) {
        counter =
            UpdateCounter.startingAt(
                checkpoint.iteration(), settings.length(), settings.epochSize());
        BlockWeights.restore(block, checkpoint.weights());
        optimizer.restore(checkpoint.optimizer(), trainer.getManager());
        optimizer.restoreRate(checkpoint.loop());
      }
      this.steps = closing.add(new UpdateSteps(settings, trainer));
      resumed.forEach(checkpoint -> steps.restore(checkpoint.loop()));
      this.run =
          closing.add(
              new CallbackRun(settings, block, optimizer, counter, steps, purpose, resumed));
    } catch (RuntimeException | Error e) {
      closing.closeAfter(e);
      throw e;
    }
  }

  /** A trainer of a model with its initial weights. */
  private Trainer initialized() {
    Engine engine = NativeLibraries.engine();
    closing.add(RunningTrainings.enterLoop());
    closing.add(GradientMode.off());
    try (EngineTurn turn = EngineTurn.toTrain()) {
      engine.setRandomSeed(settings.seed());
      Device device = engine.defaultDevice();
      Model model = closing.add(Model.newInstance("model", device));
      model.setBlock(settings.model().factory().get());
      Trainer trainer = closing.add(model.newTrainer(config(device)));
      trainer.initialize(settings.model().inputShapes(settings.microBatchSize()));
      return trainer;
    }
  }

  /** Trains to the end, or until a callback or a signal ends it. */
  TrainingResult train() {
    try (StopSignals signals = new StopSignals(settings.signals())) {
      try {
        settings.start().write(settings.run().files());
        run.beforeTraining();
        EndedBy endedBy = updates(signals);
        run.afterTraining();
        String reason = reason(endedBy, signals);
        run.finish(endedBy == EndedBy.SIGNAL ? RunStatus.INTERRUPTED : RunStatus.FINISHED, reason);
        return run.result(endedBy, reason);
      } catch (RuntimeException | Error e) {
        run.keepError(e);
        throw e;
      }
    }
  }

  /** Runs every callback once, at the current weights. */
  void evaluate() {
    run.atEval();
    run.finish(RunStatus.FINISHED, "evaluated once");
  }

  /** A checkpoint with everything that is required to resume from the current moment. */
  Checkpoint checkpoint() {
    return run.checkpoint();
  }

  @Override
  public void close() {
    closing.close();
  }

  private EndedBy updates(StopSignals signals) {
    while (run.stopReason().isEmpty() && !run.counter().isFinished()) {
      try {
        steps.next(run.counter(), run::afterAccumulationStep);
      } catch (RuntimeException | Error e) {
        throw TrainingMoments.thrown(run.failureOf(e), run.counter());
      }
      run.afterUpdate(steps.timings());
      if (signals.received().isPresent()) {
        run.keepInterrupted();
        return EndedBy.SIGNAL;
      }
    }
    run.completeAll();
    return run.stopReason().isPresent() ? EndedBy.CALLBACK : EndedBy.LENGTH;
  }

  private String reason(EndedBy endedBy, StopSignals signals) {
    return switch (endedBy) {
      case LENGTH -> "reached its length of " + settings.length();
      case CALLBACK -> run.stopReason().orElse("");
      case SIGNAL -> signals.received().orElse("");
    };
  }

  private DefaultTrainingConfig config(Device device) {
    return new DefaultTrainingConfig(settings.loss().get())
        .optOptimizer(settings.optimizer())
        .optDevices(new Device[] {device});
  }
}
