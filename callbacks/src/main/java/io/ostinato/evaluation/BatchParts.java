package io.ostinato.evaluation;

import ai.djl.Device;
import io.ostinato.libraries.DeviceMemory;
import io.ostinato.libraries.Reason;
import io.ostinato.model.LoadedModel;
import io.ostinato.weights.WeightSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Runs the batches of a task for one or several evaluations, in parts if necessary: in halves from
 * the time when the memory of the device runs out, and without rows that can't be processed if
 * these are skipped. The results of rows stay in order; nothing of a part counts before all of it
 * was processed. One thread may stage batches while another runs them.
 */
public final class BatchParts {
  private final List<BatchRunner> runners;
  private final MemoryLimit limit;

  /**
   * Creates one for a task.
   *
   * @param runners keep the results of the evaluations; they all skip bad rows, or none does
   * @param relief frees memory of the device
   */
  public BatchParts(List<BatchRunner> runners, MemoryRelief relief) {
    this(runners, new MemoryLimit(relief));
  }

  private BatchParts(List<BatchRunner> runners, MemoryLimit limit) {
    this.runners = List.copyOf(runners);
    this.limit = limit;
  }

  /** Creates one for another thread of the task: what doesn't fit for one doesn't for the other. */
  public BatchParts withRunners(List<BatchRunner> others) {
    return new BatchParts(others, limit);
  }

  /** The runners of the evaluations, in order. */
  public List<BatchRunner> runners() {
    return runners;
  }

  /** The maximum number of rows that are run together; empty if no batch was halved. */
  public OptionalInt halvedTo() {
    int most = limit.mostRows();
    return most == MemoryLimit.NONE ? OptionalInt.empty() : OptionalInt.of(most);
  }

  /** Whether the memory of the device has run out. */
  public boolean ranOutOfMemory() {
    return limit.wasExceeded();
  }

  /**
   * Builds or refreshes a model, and frees memory if there is too little.
   *
   * @param load may be called again after it has failed
   * @throws EvaluationException if there is too little memory
   * @throws DeviceLostException if the device can't be used any more
   */
  public <T> T load(Device device, Loading<T> load) throws InterruptedException {
    for (int reliefs = 0; ; reliefs++) {
      try {
        return load.run();
      } catch (RuntimeException e) {
        rethrowUnlessOutOfMemory(e, device);
        if (!limit.free(reliefs)) {
          throw EvaluationException.of(
              tag(),
              "the model doesn't fit into the memory of %s (%s), of which %s; use a device with more"
                      .formatted(device, Reason.ofAnyBatch(e), DeviceMemory.of(device))
                  + " memory or a smaller model, or let fewer tasks and models share it",
              Portable.of(e));
        }
      }
    }
  }

  /**
   * Builds or refreshes a model.
   *
   * @param <T> type of the model
   */
  @FunctionalInterface
  public interface Loading<T> {
    T run() throws InterruptedException;
  }

  /**
   * Copies a batch to the device, unless it will be run in parts or there is no room for it now.
   *
   * @param copy copies it; may be called again after it has failed
   * @throws DeviceLostException if the device can't be used any more
   */
  public StagedBatch stage(DataBatch batch, Device device, Function<DataBatch, StagedBatch> copy) {
    boolean isRun = batch.skipped().size() < batch.rows();
    for (int reliefs = 0; isRun && batch.rows() <= limit.mostRows(); reliefs++) {
      try {
        return copy.apply(batch);
      } catch (RuntimeException e) {
        rethrowUnlessOutOfMemory(e, device);
        if (!limit.free(reliefs)) {
          break;
        }
      }
    }
    return StagedBatch.onHost(batch);
  }

  /**
   * Runs one batch and closes it.
   *
   * @param weights the weights of the model
   * @throws EvaluationException if {@code processData} of one of the evaluations fails and its rows
   *     are not skipped, if too many rows are skipped, or if the memory of the device is too small.
   *     The message names callback, iteration, partition and rows
   * @throws InterruptedException if this thread is interrupted while it waits for the model
   */
  public void run(StagedBatch staged, LoadedModel model, WeightSource weights)
      throws InterruptedException {
    try (staged) {
      new PartRun(model, weights, limit).run(runners, staged);
    }
  }

  private EvaluationTag tag() {
    return runners.get(0).tag();
  }

  private void rethrowUnlessOutOfMemory(RuntimeException thrown, Device device) {
    BatchFailure failure = BatchFailure.of(tag(), thrown);
    failure.rethrowIfLost(device);
    if (!failure.isOutOfMemory()) {
      throw thrown;
    }
  }
}
