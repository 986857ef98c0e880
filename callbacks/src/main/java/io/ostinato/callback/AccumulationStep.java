package io.ostinato.callback;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/**
 * One micro-batch of an update, after its backward pass. Its arrays are cut off the gradient's
 * graph, and live until the hook returns.
 *
 * @param outputs of the model, each {@code (samples, ...)}
 * @param labels as the dataset gives them, each {@code (samples, ...)}
 * @param loss a scalar, the mean over the samples as the training's loss defines it
 * @param lossValue the same on the host
 * @param samples rows of the micro-batch
 */
public record AccumulationStep(
    NDList outputs, NDList labels, NDArray loss, double lossValue, int samples) {}
