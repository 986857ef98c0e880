package io.ostinato.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.Sampler;
import ai.djl.translate.TranslateException;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.schedule.UpdateCounter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Iterator;

/** Draws batches epoch by epoch, and takes one optimizer step on each. */
final class UpdateSteps {
  private final TrainingSettings settings;
  private final Trainer trainer;
  private final Moments moments;
  private Iterator<Batch> batches = Collections.emptyIterator();

  UpdateSteps(TrainingSettings settings, Trainer trainer, Moments moments) {
    this.settings = settings;
    this.trainer = trainer;
    this.moments = moments;
  }

  /** Takes the step that follows on this counter. */
  void next(UpdateCounter counter) {
    if (!batches.hasNext()) {
      batches = epoch(counter.current().epoch()).iterator();
    }
    try (Batch batch = batches.next()) {
      step(batch);
    }
  }

  private void step(Batch batch) {
    Device device = trainer.getDevices()[0];
    NDList labels = batch.getLabels().toDevice(device, false);
    NDList outputs;
    NDArray loss;
    try (GradientCollector gradients = trainer.newGradientCollector()) {
      outputs = trainer.forward(batch.getData().toDevice(device, false), labels);
      loss = settings.loss().evaluate(labels, outputs);
      gradients.backward(loss);
    }
    trainer.step();
    moments.afterAccumulationStep(new AccumulationStep(outputs, loss, batch.getSize()));
  }

  private Iterable<Batch> epoch(int epoch) {
    Sampler sampler =
        new BatchSampler(
            new EpochSampler(settings.seed(), epoch), settings.effectiveBatchSize(), true);
    try {
      return settings.data().train().getData(trainer.getManager(), sampler);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the training dataset: " + e.getMessage(), e);
    } catch (TranslateException e) {
      throw new IllegalStateException("can't read the training dataset: " + e.getMessage(), e);
    }
  }
}
