package io.ostinato.metric;

import java.util.List;
import java.util.Optional;

/** The average over labels, or the value of one, of a score computed from counts. */
record LabelMetric(String name, ClassChoice choice, ClassOutputs outputs, ClassScore score)
    implements Metric<LabelCounts> {

  static LabelMetric of(String name, ClassChoice choice, ClassOutputs outputs, ClassScore score) {
    choice.check(name, true);
    return new LabelMetric(choice.name(name), choice, outputs, score);
  }

  @Override
  public List<String> columns() {
    return outputs.columns();
  }

  @Override
  public Optional<Direction> direction() {
    return Optional.of(Direction.HIGHER_IS_BETTER);
  }

  @Override
  public LabelCounts zero() {
    return new LabelCounts(choice.classes());
  }

  @Override
  public LabelCounts update(LabelCounts state, MetricBatch batch) {
    state.add(outputs.scores(batch));
    return state;
  }

  @Override
  public LabelCounts merge(LabelCounts left, LabelCounts right) {
    left.add(right);
    return left;
  }

  @Override
  public double result(LabelCounts state) {
    return state.total() == 0 || undefined(state).isPresent()
        ? Double.NaN
        : choice.of(state, score);
  }

  @Override
  public Optional<String> undefined(LabelCounts state) {
    return state.range().doubt(OutputRange.Use.PREDICTIONS);
  }
}
