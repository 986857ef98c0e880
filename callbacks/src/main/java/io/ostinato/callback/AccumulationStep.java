package io.ostinato.callback;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.LossParts;
import io.ostinato.schedule.UpdateCounter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One micro-batch of an update, after its backward pass. Its arrays are detached from the
 * gradient's graph, and are valid until the hook returns.
 *
 * @param before the moment before the update that this micro-batch is part of
 * @param microBatch the index of this micro-batch in the update, from 0
 * @param microBatches the number of micro-batches of the update
 * @param inputs the inputs of the model, each {@code (samples, ...)}
 * @param outputs the outputs of the model, each {@code (samples, ...)}
 * @param labels the labels from the dataset, each {@code (samples, ...)}
 * @param loss a scalar, the mean over the samples as the training loss defines it
 * @param losses the losses on the host: {@value LossParts#TOTAL} is the loss, and each part of a
 *     loss with parts is stored under its name
 * @param samples the number of rows of the micro-batch
 */
public record AccumulationStep(
    UpdateCounter before,
    int microBatch,
    int microBatches,
    NDList inputs,
    NDList outputs,
    NDList labels,
    NDArray loss,
    Map<String, Double> losses,
    int samples) {
  public AccumulationStep {
    losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
  }

  /** The loss on the host. */
  public double lossValue() {
    return losses.getOrDefault(LossParts.TOTAL, Double.NaN);
  }

  /**
   * Whether all micro-batches of the update have run, so that the parameters' gradients are those
   * of the whole update: not yet clipped, and cleared after the update.
   */
  public boolean isLast() {
    return microBatch == microBatches - 1;
  }
}
