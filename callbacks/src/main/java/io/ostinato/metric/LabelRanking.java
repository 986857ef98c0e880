package io.ostinato.metric;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The average over labels, or the value of one, of a metric of the ranking of each label. Labels
 * whose ranking is undefined, for lack of positions of one of the classes, are left out of the
 * average.
 *
 * @param one the metric of one label
 * @param average how to average, by {@link Average#MACRO} or {@link Average#WEIGHTED}
 * @param only the label that is taken instead, from 0; null for the average
 * @param <S> the state of one label
 */
record LabelRanking<S extends Serializable>(
    String name, RankingMetric<S> one, Average average, @Nullable Integer only)
    implements Metric<ArrayList<S>> {

  @Override
  public List<String> columns() {
    return one.columns();
  }

  @Override
  public Optional<Direction> direction() {
    return one.direction();
  }

  /** Has no states of labels yet, since their number is that of the first batch. */
  @Override
  public ArrayList<S> zero() {
    return new ArrayList<>();
  }

  @Override
  public ArrayList<S> update(ArrayList<S> state, MetricBatch batch) {
    LabelledOutputs labelled = one.outputs().labelled(batch);
    List<BinaryScores> scores = chosen(BinaryScores.ofLabels(labelled));
    StatesOfParts.expect(scores.size(), "labels", state, one::zero);
    for (int i = 0; i < scores.size(); i++) {
      state.set(i, one.add(state.get(i), scores.get(i)));
    }
    return state;
  }

  @Override
  public ArrayList<S> merge(ArrayList<S> left, ArrayList<S> right) {
    if (!right.isEmpty()) {
      StatesOfParts.expect(right.size(), "labels", left, one::zero);
    }
    for (int i = 0; i < right.size(); i++) {
      left.set(i, one.merge(left.get(i), right.get(i)));
    }
    return left;
  }

  private List<BinaryScores> chosen(List<BinaryScores> labels) {
    if (only == null) {
      return labels;
    }
    if (only >= labels.size()) {
      throw new IllegalArgumentException(
          "class=%s is not one of the %s labels of the outputs, 0 to %s"
              .formatted(only, labels.size(), labels.size() - 1));
    }
    return List.of(labels.get(only));
  }

  @Override
  public double result(ArrayList<S> state) {
    double sum = 0;
    double weights = 0;
    for (S ofLabel : state) {
      if (one.isDefined(ofLabel)) {
        double weight = average == Average.WEIGHTED ? one.positives(ofLabel) : 1;
        sum += one.result(ofLabel) * weight;
        weights += weight;
      }
    }
    return sum / weights;
  }

  /** Which labels are left out. */
  @Override
  public Optional<String> warning(ArrayList<S> state) {
    List<Integer> undefined =
        IntStream.range(0, state.size())
            .filter(label -> !one.isDefined(state.get(label)))
            .boxed()
            .toList();
    return undefined.isEmpty() || only != null
        ? Optional.empty()
        : Optional.of(
            "%s of %s labels are left out of the average, for lack of targets of %s, such as label %s"
                .formatted(
                    undefined.size(),
                    state.size(),
                    one.area() == Ranking.Area.ROC_AUC ? "0 and of 1" : "1",
                    undefined.get(0)));
  }
}
