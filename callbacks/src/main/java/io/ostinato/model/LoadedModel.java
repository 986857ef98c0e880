package io.ostinato.model;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.ostinato.torchscript.KeptState;
import io.ostinato.weights.WeightSource;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A model in the memory of a device. Any number of threads may {@link #run} batches on it; nobody
 * may while it is refreshed or closed.
 */
public sealed interface LoadedModel extends AutoCloseable permits LoadedBlock, LoadedModule {

  /**
   * Takes other weights, shard by shard. Where the architecture allows, the model keeps its memory
   * and asks only for the shards that it doesn't have.
   *
   * @throws IllegalArgumentException if they are not the weights of this architecture; the model
   *     must then not be used before a refresh that succeeds
   */
  void refresh(WeightSource weights);

  /**
   * Runs one batch. A model that keeps something from one forward to the next is given to one batch
   * at a time, from the first time that the batch runs it; where what it keeps would be seen by the
   * next, it is first put back to what it was when it was loaded. So it is where that isn't known
   * yet, and a batch that ran it has failed.
   *
   * @param weights those that it was refreshed with last; asked only to put the model back
   * @throws InterruptedException if this thread is interrupted while it waits for its turn
   */
  void run(WeightSource weights, Consumer<EvaluationModel> batch) throws InterruptedException;

  /** What it keeps from one forward to the next; not always known before the first batch. */
  KeptState keeps();

  /** What a user should know of this model, a sentence each. */
  Set<String> notes();

  /** The model as {@code processData} sees it, for a single thread. */
  EvaluationModel model();

  Device device();

  /** Scopes of batches are made under this manager. */
  NDManager manager();

  @Override
  void close();
}
