package io.ostinato.callback;

import io.ostinato.weights.WeightSnapshot;

/**
 * What a callback asks to be kept. It is written when the present moment is over: after all
 * callbacks have run and the metrics are flushed, so that a training that is resumed from it
 * repeats nothing and misses nothing. One that can't be written ends the training.
 */
public interface CheckpointRequests {

  /** Keeps all that is needed to go on from here: weights, optimizer and states of callbacks. */
  void saveTraining(String tag);

  /** Keeps the weights of the training, as they are when the moment is over. */
  void saveWeights(String tag);

  /** Keeps these weights: others, or those that the training has had at this moment. */
  void saveWeights(String tag, WeightSnapshot weights);

  /**
   * Has {@code latest} point at this tag, once it is kept; it must have all of the training, as
   * {@link #saveTraining} keeps it.
   */
  void markLatest(String tag);

  /** Has {@code latest_weights} point at this tag, once it is kept. */
  void markLatestWeights(String tag);

  /**
   * Lets a checkpoint go that this callback asked for; nothing if there is none. It is removed once
   * everything else is kept, unless another callback asked for it too, in this run or in one that
   * it was resumed from.
   */
  void release(String tag);
}
