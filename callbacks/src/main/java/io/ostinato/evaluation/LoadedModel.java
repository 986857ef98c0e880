package io.ostinato.evaluation;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.ostinato.weights.WeightSource;

/**
 * A model in the memory of a device. Any number of threads may run it at once; nobody may while it
 * is refreshed or closed.
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

  /** The face that {@code processData} sees. */
  EvaluationModel model();

  Device device();

  /** Scopes of batches are made under this manager. */
  NDManager manager();

  @Override
  void close();
}
