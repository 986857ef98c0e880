package io.ostinato.metric;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * The mean of a number that is computed from the scores of the classes, over all positions with a
 * target, followed by a final function of the mean.
 */
record ClassMean(
    String name,
    Direction better,
    ClassOutputs outputs,
    OutputRange.Use use,
    Value value,
    RowMean.Finish finish)
    implements Metric<MeanState> {

  /** The number of one position. */
  @FunctionalInterface
  interface Value extends Serializable {
    double of(ClassScores scores, int index);
  }

  /** Whether one position counts. */
  @FunctionalInterface
  interface Hit extends Serializable {
    boolean isHit(ClassScores scores, int index);
  }

  /** The share of positions that count, which is better when higher. */
  static ClassMean share(String name, ClassOutputs outputs, Hit hit) {
    return new ClassMean(
        name,
        Direction.HIGHER_IS_BETTER,
        outputs,
        OutputRange.Use.PREDICTIONS,
        (scores, index) -> hit.isHit(scores, index) ? 1 : 0,
        mean -> mean);
  }

  /** A function of the mean distance of probabilities from targets, which is better when lower. */
  static ClassMean distance(String name, ClassOutputs outputs, Value value, RowMean.Finish finish) {
    return new ClassMean(
        name, Direction.LOWER_IS_BETTER, outputs, OutputRange.Use.PROBABILITIES, value, finish);
  }

  @Override
  public Optional<Direction> direction() {
    return Optional.of(better);
  }

  @Override
  public List<String> columns() {
    return outputs.columns();
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
