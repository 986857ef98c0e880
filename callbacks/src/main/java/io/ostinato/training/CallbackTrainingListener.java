package io.ostinato.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.listener.TrainingListener;
import ai.djl.translate.TranslateException;
import ai.djl.util.Progress;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.UpdateTimings.Phase;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.tracking.RunStatus;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Calls the callbacks of a {@link TrainingLoopBuilder} back from code that trains with DJL's {@code
 * EasyTrain.fit}.
 *
 * <pre>{@code
 * CallbackTrainingListener callbacks = TrainingLoop.builder()...buildListener();
 * config.addTrainingListeners(callbacks);
 * EasyTrain.fit(trainer, epochs, callbacks.watch(trainSet), null);
 * }</pre>
 *
 * <p>DJL tells its listeners of a batch before it makes the update. So the end of an update is seen
 * where {@code fit} asks the watched dataset for the next batch: the weights are those after the
 * update, and no other batch has run. Epochs, effective batch size and optimizer must be those that
 * {@code fit} uses. Early stopping leaves the remaining epochs empty. Resuming, micro-batches and
 * gradient clipping are the {@link TrainingLoop}'s.
 *
 * <p>For one training, on its thread.
 */
public final class CallbackTrainingListener implements TrainingListener {
  private final TrainingSettings settings;
  private final PhaseClock clock = new PhaseClock();
  private final Closing closing = new Closing();
  private @Nullable Trainer trainer;
  private @Nullable CallbackRun run;
  private boolean watched;
  private boolean updatePending;
  private boolean over;

  CallbackTrainingListener(TrainingSettings settings) {
    this.settings = settings;
  }

  /** The dataset to hand to {@code fit}: the same batches, and the callbacks between them. */
  public Dataset watch(Dataset dataset) {
    watched = true;
    return new WatchedDataset(dataset);
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
          "the dataset that fit trains on is not watched; hand fit the result of watch(dataset)");
    }
    checkSamples(running.counter(), batch.getBatch().getSize());
    clock.enter(Phase.CALLBACKS);
    for (Device device : batch.getPredictions().keySet()) {
      NDList outputs = new NDList();
      batch.getPredictions().get(device).forEach(output -> outputs.add(output.stopGradient()));
      NDList labels = batch.getLabels().getOrDefault(device, new NDList());
      NDArray loss = ofBatch.getLoss().evaluate(labels, outputs);
      int samples = (int) outputs.get(0).getShape().get(0);
      running.afterAccumulationStep(
          new AccumulationStep(outputs, labels, loss, UpdateSteps.valueOf(loss), samples));
    }
    updatePending = true;
    clock.enter(Phase.STEP);
  }

  @Override
  public void onValidationBatch(Trainer ofBatch, BatchData batch) {}

  @Override
  public void onEpoch(Trainer ofEpoch) {}

  @Override
  public void onTrainingEnd(Trainer ending) {
    end();
  }

  /** Where {@code fit} asks whether there is another batch. */
  private boolean goesOn(Iterator<Batch> batches) {
    CallbackRun running = running();
    if (over) {
      return false;
    }
    try {
      if (updatePending) {
        updatePending = false;
        running.afterUpdate(clock.takeTimings());
      }
      if (running.stopReason().isPresent() || running.counter().isFinished()) {
        end();
        return false;
      }
    } catch (RuntimeException | Error e) {
      over = true;
      running.keepError(e);
      closing.closeAfter(e);
      throw e;
    }
    clock.enter(Phase.DATA);
    return batches.hasNext();
  }

  /** The run, which begins with the first batch: the model is initialized then. */
  private CallbackRun running() {
    CallbackRun running = run;
    if (running != null) {
      return running;
    }
    Trainer known = trainer;
    if (known == null) {
      throw new IllegalStateException(
          "no trainer has this listener; add it to the training config with addTrainingListeners");
    }
    OptimizerState optimizer =
        closing.add(new OptimizerState(settings.optimizer(), known.getModel().getBlock()));
    CallbackRun begun =
        closing.add(
            new CallbackRun(
                settings,
                known.getModel().getBlock(),
                optimizer,
                UpdateCounter.of(settings.length(), settings.epochSize()),
                CallbackRun.Purpose.TRAINING,
                List.of()));
    run = begun;
    begun.beforeTraining();
    return begun;
  }

  private void end() {
    CallbackRun running = run;
    if (over || running == null) {
      return;
    }
    over = true;
    try {
      running.afterTraining();
      running.finish(RunStatus.FINISHED);
    } finally {
      closing.close();
      settings.atEnd().run();
    }
  }

  private static void checkSamples(UpdateCounter counter, int samples) {
    long expected = counter.epochSize().samplesOf(counter.current().update() + 1);
    if (samples != expected) {
      throw new IllegalArgumentException(
          "the update after %s has %d samples, but effective_batch_size=%d and the training dataset"
                  .formatted(counter.current(), samples, counter.effectiveBatchSize())
              + " give %d; build the listener with the batch size of the dataset"
                  .formatted(expected));
    }
  }

  /** A dataset whose batches are watched. */
  private final class WatchedDataset implements Dataset {
    private final Dataset dataset;

    WatchedDataset(Dataset dataset) {
      this.dataset = dataset;
    }

    @Override
    public Iterable<Batch> getData(NDManager manager) throws IOException, TranslateException {
      return watched(dataset.getData(manager));
    }

    @Override
    public Iterable<Batch> getData(NDManager manager, @Nullable ExecutorService executor)
        throws IOException, TranslateException {
      return watched(dataset.getData(manager, executor));
    }

    @Override
    public void prepare(@Nullable Progress progress) throws IOException, TranslateException {
      dataset.prepare(progress);
    }

    private Iterable<Batch> watched(Iterable<Batch> batches) {
      Iterator<Batch> iterator = batches.iterator();
      return () ->
          new Iterator<>() {
            @Override
            public boolean hasNext() {
              return goesOn(iterator);
            }

            @Override
            public Batch next() {
              Batch batch = iterator.next();
              clock.enter(Phase.FORWARD);
              return batch;
            }
          };
    }
  }
}
