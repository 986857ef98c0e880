package io.ostinato.training;

import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.RunFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Trains a DJL block and calls the callbacks.
 *
 * <p>Each epoch has the rows in a new order that depends on the seed. An update consists of one or
 * more micro-batches, each followed by {@code trackAfterAccumulationStep}; then come all {@code
 * trackAfterUpdateStep}, all {@code afterUpdate}, at the end of an epoch all {@code afterEpoch},
 * and one record in {@code metrics.jsonl}. Callbacks that read metrics run after all others, with
 * both hooks after those of callbacks that may write what they read. Evaluation mode is an argument
 * of DJL's forward pass, set by evaluations: the model has no mode to switch.
 *
 * <p>All random numbers of a training depend only on the seed and the micro-batch, so a resumed
 * training continues as if it had not stopped, and evaluations or other trainings in the same
 * process, which take turns with its micro-batches, leave it as it is. Other code that draws from
 * the engine's random number generator on another thread must take an {@link
 * io.ostinato.libraries.EngineTurn}. Callbacks run between the turns: their random numbers change
 * no training, but may be changed by another.
 *
 * <p>On SIGTERM the current update and its evaluations are finished, {@code
 * <iteration>.signal_interrupt} is saved, {@code afterTraining} is called, and the signal is raised
 * again. A second signal ends the process at once, with the metrics and checkpoints of the moments
 * before.
 */
public final class TrainingLoop {
  private final TrainingSettings settings;
  private final AtomicBoolean started = new AtomicBoolean();
  private final List<Checkpoint> trained = new ArrayList<>();

  TrainingLoop(TrainingSettings settings) {
    this.settings = settings;
  }

  /** Creates a builder with the default settings. */
  public static TrainingLoopBuilder builder() {
    return new TrainingLoopBuilder();
  }

  /** The files of this run, on any file system. */
  public RunFiles files() {
    return settings.run().files();
  }

  /**
   * The folder of this run's files on this machine.
   *
   * @throws IllegalStateException if they go to another file system; see {@link #files}
   */
  public Path folder() {
    return files().localFolder();
  }

  /**
   * Trains on the calling thread, also in a callback of another training. If a callback fails, the
   * other callbacks of that moment still run, their metrics are written, a checkpoint {@code
   * <iteration>.error} is saved, and the exception is thrown.
   *
   * @throws IllegalStateException if this training has already run; if it has a callback or the
   *     optimizer of a training that is still running; if it is started inside {@code processData}
   *     or a model's forward; or if {@code EasyTrain.fit} runs on another thread
   * @throws NonFiniteLossException if the loss or gradient is NaN or infinite more often than
   *     allowed
   */
  public TrainingResult run() {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "this training has already run; its optimizer has state, so build another one");
    }
    try (TrainingSession session = TrainingSession.toTrain(settings)) {
      TrainingResult result = session.train();
      trained.add(session.checkpoint());
      return result;
    } finally {
      settings.atEnd().run();
    }
  }

  /**
   * Runs every callback once, outside its schedule, and writes its metrics: at the weights trained
   * by {@link #run}, otherwise at those of the checkpoint to resume from, otherwise at the initial
   * weights. Nothing else in the run is changed, including later records and its checkpoints.
   */
  public void evaluate() {
    try (TrainingSession session =
        trained.isEmpty()
            ? TrainingSession.toEvaluate(settings)
            : TrainingSession.toEvaluateAt(settings, trained.get(0))) {
      session.evaluate();
    } finally {
      settings.atEnd().run();
    }
  }

  /**
   * Like {@link #evaluate()}, at a checkpoint that need not belong to this run. The metrics are
   * written to this run.
   *
   * @throws IllegalArgumentException if the checkpoint has another model or another size of epochs;
   *     names the difference
   */
  public void evaluate(Checkpoint checkpoint) {
    try (TrainingSession session = sessionAt(checkpoint)) {
      session.evaluate();
    } finally {
      settings.atEnd().run();
    }
  }

  private TrainingSession sessionAt(Checkpoint checkpoint) {
    try {
      return TrainingSession.toEvaluateAt(settings, checkpoint);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the checkpoint at %s doesn't belong to this training: %s"
              .formatted(checkpoint.iteration(), e.getMessage()),
          e);
    }
  }
}
