package io.ostinato.training;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.listener.TrainingListener;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.UpdateTimings.Phase;
import io.ostinato.evaluation.LossCall;
import io.ostinato.evaluation.LossParts;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.tracking.RunStatus;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the callbacks of a {@link TrainingLoopBuilder} from code that trains with DJL's {@code
 * EasyTrain.fit}.
 *
 * <pre>{@code
 * CallbackTrainingListener callbacks = TrainingLoop.builder()...buildListener();
 * config.addTrainingListeners(callbacks);
 * EasyTrain.fit(trainer, epochs, callbacks.watch(trainSet), null);
 * }</pre>
 *
 * <p>DJL notifies its listeners of a batch before it makes the update. The end of an update is
 * therefore detected when {@code fit} requests the next batch from the watched dataset: the weights
 * are those after the update, and no other batch has run. Epochs, effective batch size and
 * optimizer must be those that {@code fit} uses.
 *
 * <p>DJL's step refuses the first updates while their gradients sum to zero, and its backward pass
 * refuses a loss that doesn't depend on any parameter, for example if all rows of a batch are
 * masked: multiply the outputs by the mask instead of removing rows, or use a {@link TrainingLoop}.
 * {@code fit} evaluates the loss before its listeners are notified, so exceptions of the loss are
 * thrown unchanged. Early stopping leaves the remaining epochs empty. Resuming, micro-batches,
 * gradient clipping and stopping cleanly on a signal require a {@link TrainingLoop}.
 *
 * <p>A training that ends before its length without being stopped has failed: {@code
 * <iteration>.error} is saved, and {@code afterTraining} isn't called. This is detected when the
 * trainer is closed, so close it.
 *
 * <p>DJL's updates can't take turns with another training in the same process, so one on a
 * different thread is refused. The random numbers of {@code fit} don't belong to the update: those
 * that callbacks or evaluations draw in this process change those that follow.
 *
 * <p>For a single training. Not thread-safe: used by the training thread only.
 */
public final class CallbackTrainingListener implements TrainingListener {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainingSettings settings;
  private final PhaseClock clock = new PhaseClock();
  private final Closing closing = new Closing();
  private @Nullable Trainer trainer;
  private @Nullable CallbackRun run;
  private @Nullable RunningStatistics statistics;
  private boolean watched;
  private boolean updatePending;
  private boolean over;

  CallbackTrainingListener(TrainingSettings settings) {
    this.settings = settings;
    closing.add(settings.atEnd()::run);
  }

  /** The dataset to pass to {@code fit}: the same batches, with callbacks called between them. */
  public Dataset watch(Dataset dataset) {
    watched = true;
    return new WatchedDataset(dataset, this::goesOn, () -> clock.enter(Phase.FORWARD));
  }

  @Override
  public void onTrainingBegin(Trainer beginning) {
    trainer = beginning;
  }

  @Override
  public void onTrainingBatch(Trainer ofBatch, BatchData batch) {
    CallbackRun running = run;
    if (!watched || running == null) {
      throw new IllegalStateException(
          "the dataset that fit trains on is not watched; pass the result of watch(dataset) to fit");
    }
    try {
      checkSamples(running.counter(), batch.getBatch().getSize());
      clock.enter(Phase.CALLBACKS);
      Device[] devices = ofBatch.getDevices();
      // As EasyTrain has split it: one micro-batch for each device.
      Batch[] inputs = batch.getBatch().split(devices, false);
      for (int i = 0; i < inputs.length; i++) {
        running.afterAccumulationStep(
            step(ofBatch, batch, new Part(i, inputs.length, inputs[i]), running.counter()));
      }
      checkGradient(ofBatch, running.counter());
    } catch (RuntimeException | Error e) {
      throw TrainingMoments.thrown(failed(running, e), running.counter());
    }
    updatePending = true;
    clock.enter(Phase.STEP);
  }

  /** The part of a batch on one device. */
  private record Part(int index, int parts, Batch batch) {}

  private static AccumulationStep step(
      Trainer trainer, BatchData batch, Part part, UpdateCounter counter) {
    Device device = trainer.getDevices()[part.index()];
    NDList outputs = UpdateSteps.withoutGraph(onDevice(batch.getPredictions(), device));
    NDList labels = onDevice(batch.getLabels(), device);
    LossParts losses = LossCall.parts(trainer.getLoss(), labels, outputs);
    if (!Double.isFinite(UpdateSteps.valueOf(losses.total()))) {
      throw new NonFiniteLossException("the loss is not finite", counter.current(), 1);
    }
    return new AccumulationStep(
        counter,
        part.index(),
        part.parts(),
        part.batch().getData(),
        outputs,
        labels,
        losses.total(),
        UpdateSteps.valuesOf(losses),
        part.batch().getSize());
  }

  private static NDList onDevice(Map<Device, NDList> arrays, Device device) {
    NDList known = arrays.get(device);
    return known == null ? new NDList() : known;
  }

  /** Skipped for several devices, whose gradients DJL adds up only later. */
  private static void checkGradient(Trainer trainer, UpdateCounter counter) {
    if (trainer.getDevices().length == 1) {
      double norm = new Gradients(trainer.getModel().getBlock()).norm();
      if (!Double.isFinite(norm)) {
        throw new NonFiniteLossException(
            "the norm of the gradient is " + norm, counter.current(), 1);
      }
    }
  }

  @Override
  public void onValidationBatch(Trainer ofBatch, BatchData batch) {}

  @Override
  public void onEpoch(Trainer ofEpoch) {}

  @Override
  public void onTrainingEnd(Trainer ending) {
    CallbackRun running = run;
    if (running != null && !over) {
      IllegalStateException tooSoon =
          new IllegalStateException(
              "training ended at %s, before its length of %s, without being stopped"
                  .formatted(running.counter().current(), settings.length()));
      log.warn("training failed", failed(running, tooSoon));
    }
    closing.close();
  }

  /** Called when {@code fit} asks whether there is another batch. */
  private boolean goesOn(Iterator<Batch> batches) {
    CallbackRun running = running();
    if (over) {
      return false;
    }
    boolean ends;
    try {
      if (updatePending) {
        updatePending = false;
        rememberStatistics();
        running.afterUpdate(clock.takeTimings());
        // Once more: a callback may have changed them.
        rememberStatistics();
      }
      ends = running.stopReason().isPresent() || running.counter().isFinished();
      if (ends) {
        running.afterTraining();
        running.finish(
            RunStatus.FINISHED,
            running.stopReason().orElse("reached its length of " + settings.length()));
      }
    } catch (RuntimeException | Error e) {
      throw TrainingMoments.thrown(failed(running, e), running.counter());
    }
    if (ends) {
      over = true;
      closing.close();
      return false;
    }
    clock.enter(Phase.DATA);
    return batches.hasNext();
  }

  /** The run, which starts with the first batch, when the model is initialized. */
  private CallbackRun running() {
    CallbackRun running = run;
    if (running != null) {
      return running;
    }
    Trainer known = trainer;
    if (known == null) {
      throw new IllegalStateException(
          "this listener has no trainer; add it to the training config with addTrainingListeners");
    }
    CallbackRun begun;
    try {
      begun = begin(known);
    } catch (RuntimeException | Error e) {
      over = true;
      closing.closeAfter(e);
      throw e;
    }
    run = begun;
    try {
      settings.start().write(settings.run().files());
      begun.beforeTraining();
    } catch (RuntimeException | Error e) {
      throw TrainingMoments.thrown(failed(begun, e), begun.counter());
    }
    return begun;
  }

  private CallbackRun begin(Trainer known) {
    closing.add(RunningTrainings.enterFit());
    Block block = known.getModel().getBlock();
    OptimizerState optimizer = closing.add(new OptimizerState(settings.optimizer(), block));
    statistics = closing.add(new RunningStatistics(block, known.getManager()));
    return closing.add(
        new CallbackRun(
            settings,
            block,
            optimizer,
            UpdateCounter.of(settings.length(), settings.epochSize()),
            CallbackRun.OwnState.NONE,
            CallbackRun.Purpose.TRAINING,
            List.of()));
  }

  /**
   * Saves the state after a failure, with the running statistics before an update that was not
   * made; returns the exception to throw.
   */
  private Throwable failed(CallbackRun running, Throwable e) {
    over = true;
    Throwable failure = running.failureOf(e);
    RunningStatistics ofBefore = statistics;
    if (ofBefore != null && !updatePending) {
      ofBefore.restore();
    }
    running.keepError(failure);
    closing.closeAfter(failure);
    return failure;
  }

  private void rememberStatistics() {
    RunningStatistics known = statistics;
    if (known != null) {
      known.remember();
    }
  }

  private static void checkSamples(UpdateCounter counter, int samples) {
    long expected = counter.epochSize().samplesOf(counter.current().update() + 1);
    if (samples != expected) {
      throw new IllegalArgumentException(
          "the update after %s has %s samples, but effective_batch_size=%s and the training dataset"
                  .formatted(counter.current(), samples, counter.effectiveBatchSize())
              + " require %s; build the listener with the batch size of the dataset"
                  .formatted(expected));
    }
  }
}
