package io.ostinato.callback;

import io.ostinato.weights.WeightSnapshot;

/**
 * What callbacks ask to be kept. It is written when the present moment is over: after all callbacks
 * have run and the metrics are flushed, so that a training that is resumed from it repeats nothing
 * and misses nothing. One that can't be written ends the training.
 */
public interface CheckpointRequests {

  /** Keeps all that is needed to go on from here: weights, optimizer and states of callbacks. */
  void saveTraining(String tag);

  /** Keeps weights, those at the present moment or others. */
  void saveWeights(String tag, WeightSnapshot weights);

  /** Has {@code latest} point at this tag, once it is kept. */
  void markLatest(String tag);

  /** Removes a checkpoint, once everything else is kept; nothing if there is none. */
  void delete(String tag);
}
