package io.ostinato.model;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.ostinato.torchscript.KeptState;
import io.ostinato.weights.WeightSource;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A model in the memory of a device. Any number of threads can {@link #run} batches on it, but not
 * while it is refreshed or closed.
 */
public sealed interface LoadedModel extends AutoCloseable permits LoadedBlock, LoadedModule {

  /**
   * Loads new weights, shard by shard. If the architecture allows, the model keeps its memory and
   * requests only the shards it doesn't have.
   *
   * @throws IllegalArgumentException if these are not the weights of this architecture; the model
   *     must then not be used until a refresh succeeds
   */
  void refresh(WeightSource weights);

  /**
   * Runs one batch. If the model keeps state from one forward to the next, the batch gets exclusive
   * use of it when it first runs the model. If later batches would read that state, the model is
   * first restored to the state in which it was loaded. The same happens if it is still unknown
   * whether the model keeps state and a batch that ran it has failed.
   *
   * @param weights the weights of the last refresh; read only to restore the model
   * @throws InterruptedException if this thread is interrupted while it waits for its turn
   */
  void run(WeightSource weights, Consumer<EvaluationModel> batch) throws InterruptedException;

  /** The state it keeps from one forward to the next; may be unknown before the first batch. */
  KeptState keeps();

  /** Notes about this model for users, one sentence each. */
  Set<String> notes();

  /** The model as passed to {@code processData}; not thread-safe. */
  EvaluationModel model();

  Device device();

  /** The parent manager of the scopes of batches. */
  NDManager manager();

  @Override
  void close();
}
