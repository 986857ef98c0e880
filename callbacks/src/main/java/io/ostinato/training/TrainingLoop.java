package io.ostinato.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import io.ostinato.progress.Progress;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.tracking.MetricsLog;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Trains a DJL block and calls the callbacks back.
 *
 * <p>Each epoch sees the rows in a new order that the seed decides; rows that don't fill the last
 * batch are left out. After each update come all {@code trackAfterUpdateStep}, all {@code
 * afterUpdate}, at an epoch's end all {@code afterEpoch}, and one record in {@code metrics.jsonl}.
 */
public final class TrainingLoop {
  private final TrainingSettings settings;
  private final AtomicBoolean started = new AtomicBoolean();

  TrainingLoop(TrainingSettings settings) {
    this.settings = settings;
  }

  public static TrainingLoopBuilder builder() {
    return new TrainingLoopBuilder();
  }

  /** Where the files of this run go. */
  public Path folder() {
    return settings.output().resolve(settings.runId());
  }

  /**
   * Trains, on the calling thread. If a callback fails, the others of that moment still run, their
   * metrics are written, and its exception is thrown.
   *
   * @throws IllegalStateException if this training has run before
   */
  public TrainingResult run() {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "this training has run; its optimizer has state, so build another one");
    }
    Engine engine = Engine.getInstance();
    engine.setRandomSeed(settings.seed());
    Device device = engine.defaultDevice();
    try (Model model = Model.newInstance("model", device)) {
      model.setBlock(settings.model().factory().get());
      try (Trainer trainer = model.newTrainer(config(device));
          MetricsLog metrics =
              MetricsLog.open(folder().resolve("metrics.jsonl"), settings.clock())) {
        trainer.initialize(settings.model().inputShapes(settings.effectiveBatchSize()));
        return run(trainer, metrics);
      }
    } finally {
      settings.atEnd().run();
    }
  }

  private TrainingResult run(Trainer trainer, MetricsLog metrics) {
    RunContext context = new RunContext(settings, trainer.getModel().getBlock(), folder(), metrics);
    settings.callbacks().forEach(callback -> callback.attach(context));
    long updatesPerEpoch = settings.data().train().size() / settings.effectiveBatchSize();
    UpdateCounter start =
        UpdateCounter.of(settings.length(), updatesPerEpoch, settings.effectiveBatchSize());
    Moments moments = new Moments(settings.callbacks(), metrics);
    try (Progress progress =
        settings.progress().start("training", start.end().update(), "updates")) {
      UpdateSteps steps = new UpdateSteps(settings, trainer, moments);
      moments.beforeTraining(start);
      UpdateCounter counter = start;
      while (!counter.isFinished()) {
        steps.next(counter);
        counter = counter.advance();
        context.updated();
        moments.afterUpdate(counter);
        progress.update(counter.current().update(), counter.current().toString());
      }
      moments.afterTraining(counter);
      return new TrainingResult(folder(), counter.current(), context.weights());
    }
  }

  private DefaultTrainingConfig config(Device device) {
    return new DefaultTrainingConfig(settings.loss())
        .optOptimizer(settings.optimizer())
        .optDevices(new Device[] {device});
  }
}
