package io.ostinato.callback;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.WeightSnapshot;

/**
 * A callback's requests for checkpoints. They are written at the end of the current moment: after
 * all callbacks have run and the metrics are flushed, so that a training that resumes from one
 * repeats nothing and misses nothing. A checkpoint that can't be written ends the training.
 */
public interface CheckpointRequests {

  /**
   * Saves everything that is required to resume from here: weights, optimizer and states of
   * callbacks.
   */
  void saveTraining(String tag);

  /** Saves the weights of the training, as they are at the end of the moment. */
  void saveWeights(String tag);

  /** Saves the given weights: other ones, or those that the training had earlier in this moment. */
  void saveWeights(String tag, WeightSnapshot weights);

  /**
   * Makes {@code latest} point to this tag once it is saved; it must be a complete training state,
   * as saved by {@link #saveTraining}.
   */
  void markLatest(String tag);

  /** Makes {@code latest_weights} point to this tag once it is saved. */
  void markLatestWeights(String tag);

  /**
   * Releases a checkpoint that this callback requested; does nothing if there is none. It is
   * removed after everything else is saved, unless another callback requested it too, in this run
   * or in one that this run was resumed from.
   */
  void release(String tag);

  /**
   * Releases the checkpoints of earlier iterations that this callback requested: those that a
   * killed process had no time to release.
   */
  void releaseBefore(TrainingIteration iteration);
}
