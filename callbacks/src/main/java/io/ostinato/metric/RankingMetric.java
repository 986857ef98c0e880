package io.ostinato.metric;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * A metric of the ranking of positions by a score.
 *
 * @param <S> the state
 */
sealed interface RankingMetric<S extends Serializable> extends Metric<S>
    permits BinnedRanking, ExactRanking {
  ClassOutputs outputs();

  Ranking.Area area();

  /** Adds scores to a state, which may be modified and returned. */
  S add(S state, BinaryScores scores);

  /** The number of positions of class 1. */
  long positives(S state);

  /** The number of positions of class 0. */
  long negatives(S state);

  /** Whether there are positions of the classes that the area requires. */
  default boolean isDefined(S state) {
    return area().isDefined(positives(state), negatives(state));
  }

  @Override
  default List<String> columns() {
    return outputs().columns();
  }

  @Override
  default Optional<Direction> direction() {
    return Optional.of(Direction.HIGHER_IS_BETTER);
  }

  @Override
  default S update(S state, MetricBatch batch) {
    return add(state, BinaryScores.of(batch, outputs()));
  }
}
