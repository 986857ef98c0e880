package io.ostinato.loss;

import io.ostinato.callback.AccumulationStep;
import io.ostinato.storage.SavedState;
import java.io.Serializable;

/**
 * The mean over samples of the training loss, since it was last asked for. What an update adds
 * counts when the update is complete, so that one which fails leaves nothing behind.
 */
final class LossMean implements Serializable {
  private static final long serialVersionUID = 1;

  private double sum;
  private long samples;
  private double sumOfUpdate;
  private long samplesOfUpdate;

  void add(AccumulationStep step) {
    sumOfUpdate += step.lossValue() * step.samples();
    samplesOfUpdate += step.samples();
  }

  void updateIsComplete() {
    sum += sumOfUpdate;
    samples += samplesOfUpdate;
    sumOfUpdate = 0;
    samplesOfUpdate = 0;
  }

  boolean isEmpty() {
    return samples == 0;
  }

  double mean() {
    return sum / samples;
  }

  void reset() {
    sum = 0;
    samples = 0;
  }

  SavedState save() {
    return SavedState.empty().with("sum", sum).with("samples", samples);
  }

  void restore(SavedState state) {
    sum = state.getDouble("sum");
    samples = state.getLong("samples");
    sumOfUpdate = 0;
    samplesOfUpdate = 0;
  }
}
