package io.ostinato.training;

import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.RunFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Trains a DJL block and calls the callbacks back.
 *
 * <p>Each epoch sees the rows in a new order that the seed decides. An update takes one or several
 * micro-batches, each followed by {@code trackAfterAccumulationStep}; then come all {@code
 * trackAfterUpdateStep}, all {@code afterUpdate}, at an epoch's end all {@code afterEpoch}, and one
 * record in {@code metrics.jsonl}. Callbacks that read metrics come after all others, each with
 * both its hooks after those who may write what it reads. Evaluation mode is an argument of DJL's
 * forward pass, which evaluations give: there is no mode of the model to be switched.
 *
 * <p>All that is drawn at random depends on the seed and the update alone, so a training that is
 * resumed goes on as if it had not stopped. On SIGTERM the present update is finished, {@code
 * <iteration>.signal_interrupt} is kept, {@code afterTraining} runs, and the signal is raised
 * again.
 */
public final class TrainingLoop {
  private final TrainingSettings settings;
  private final AtomicBoolean started = new AtomicBoolean();
  private final List<Checkpoint> trained = new ArrayList<>();

  TrainingLoop(TrainingSettings settings) {
    this.settings = settings;
  }

  public static TrainingLoopBuilder builder() {
    return new TrainingLoopBuilder();
  }

  /** The files of this run, on whatever file system it is. */
  public RunFiles files() {
    return settings.run().files();
  }

  /**
   * Where the files of this run go on this machine.
   *
   * @throws IllegalStateException if they go to another file system; see {@link #files}
   */
  public Path folder() {
    return files().localFolder();
  }

  /**
   * Trains, on the calling thread. If a callback fails, the others of that moment still run, their
   * metrics are written, a checkpoint {@code <iteration>.error} is kept, and its exception is
   * thrown.
   *
   * @throws IllegalStateException if this training has run before
   * @throws NonFiniteLossException if the loss becomes NaN or infinite more often than allowed
   */
  public TrainingResult run() {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "this training has run; its optimizer has state, so build another one");
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
   * Runs every callback once, outside its schedule, and writes what it measured: at the weights
   * that {@link #run} has trained, else at those of the checkpoint to go on from, else at the first
   * ones. The run stays as it is otherwise: what it wrote later, and its checkpoints, are left
   * alone.
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
   * As {@link #evaluate()}, at a checkpoint that need not be one of this run: what it measured is
   * written to this run.
   *
   * @throws IllegalArgumentException if it isn't one of this model, or of epochs of this size; says
   *     what differs
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
          "the checkpoint at %s is not one of this training: %s"
              .formatted(checkpoint.iteration(), e.getMessage()),
          e);
    }
  }
}
