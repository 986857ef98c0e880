package io.ostinato.metric;

import java.io.Serializable;
import java.util.Optional;

/**
 * The mean over places with a target of a number that is made of the scores of the classes, and
 * what is made of it in the end.
 */
record ClassMean(
    String name, ClassOutputs outputs, OutputRange.Use use, Value value, RowMean.Finish finish)
    implements Metric<MeanState> {

  /** The number of one place. */
  @FunctionalInterface
  interface Value extends Serializable {
    double of(ClassScores scores, int index);
  }

  static ClassMean of(String name, ClassOutputs outputs, OutputRange.Use use, Value value) {
    return new ClassMean(name, outputs, use, value, mean -> mean);
  }

  @Override
  public MeanState zero() {
    return new MeanState();
  }

  @Override
  public MeanState update(MeanState state, MetricBatch batch) {
    ClassScores scores = outputs.scores(batch);
    scores.tell(state.range());
    for (int i = 0; i < scores.size(); i++) {
      state.add(value.of(scores, i), 1);
    }
    return state;
  }

  @Override
  public MeanState merge(MeanState left, MeanState right) {
    left.add(right);
    return left;
  }

  @Override
  public double result(MeanState state) {
    return undefined(state).isPresent() ? Double.NaN : finish.of(state.mean());
  }

  @Override
  public Optional<String> undefined(MeanState state) {
    return state.range().doubt(use);
  }

  @Override
  public Optional<String> warning(MeanState state) {
    return state.range().warning(use);
  }
}
