package io.ostinato.callback;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.LossParts;
import io.ostinato.schedule.UpdateCounter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One micro-batch of an update, after its backward pass. Its arrays are cut off the gradient's
 * graph, and live until the hook returns.
 *
 * @param before the moment before the update that this micro-batch is part of
 * @param microBatch which micro-batch of the update this is, from 0
 * @param microBatches how many the update has
 * @param inputs of the model, each {@code (samples, ...)}
 * @param outputs of the model, each {@code (samples, ...)}
 * @param labels as the dataset gives them, each {@code (samples, ...)}
 * @param loss a scalar, the mean over the samples as the training's loss defines it
 * @param losses on the host: {@value LossParts#TOTAL} is the loss, and each part of a loss that has
 *     parts is there under its name
 * @param samples rows of the micro-batch
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
   * of the whole update: not clipped yet, and cleared when the update has been made.
   */
  public boolean isLast() {
    return microBatch == microBatches - 1;
  }
}
