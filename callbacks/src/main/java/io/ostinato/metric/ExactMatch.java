package io.ostinato.metric;

import java.util.List;
import java.util.Optional;

/** The share of rows whose positions are all predicted as their targets. */
record ExactMatch(String name, ClassOutputs outputs) implements Metric<MeanState> {

  @Override
  public List<String> columns() {
    return outputs.columns();
  }

  @Override
  public Optional<Direction> direction() {
    return Optional.of(Direction.HIGHER_IS_BETTER);
  }

  @Override
  public MeanState zero() {
    return new MeanState();
  }

  @Override
  public MeanState update(MeanState state, MetricBatch batch) {
    ClassScores scores = outputs.scores(batch);
    scores.tell(state.range());
    for (int i = 0; i < scores.size(); ) {
      int row = scores.row(i);
      boolean areHits = true;
      for (; i < scores.size() && scores.row(i) == row; i++) {
        areHits &= scores.isHit(i);
      }
      state.add(areHits ? 1 : 0, 1);
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
    return undefined(state).isPresent() ? Double.NaN : state.mean();
  }

  @Override
  public Optional<String> undefined(MeanState state) {
    return state.range().doubt(OutputRange.Use.PREDICTIONS);
  }

  @Override
  public Optional<String> warning(MeanState state) {
    return state.range().warning(OutputRange.Use.PREDICTIONS);
  }
}
