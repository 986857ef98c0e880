package io.ostinato.metric;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * A metric that changes something about another one.
 *
 * @param <S> the state
 */
abstract class DelegatingMetric<S extends Serializable> implements Metric<S> {
  private static final long serialVersionUID = 1;

  final Metric<S> metric;

  DelegatingMetric(Metric<S> metric) {
    this.metric = metric;
  }

  @Override
  public Optional<String> output() {
    return metric.output();
  }

  @Override
  public Optional<Object> stateKey() {
    return metric.stateKey();
  }

  @Override
  public List<String> columns() {
    return metric.columns();
  }

  @Override
  public String name() {
    return metric.name();
  }

  @Override
  public Optional<Direction> direction() {
    return metric.direction();
  }

  @Override
  public S zero() {
    return metric.zero();
  }

  @Override
  public S update(S state, MetricBatch batch) {
    return metric.update(state, batch);
  }

  @Override
  public S merge(S left, S right) {
    return metric.merge(left, right);
  }

  @Override
  public double result(S state) {
    return metric.result(state);
  }

  @Override
  public Optional<String> undefined(S state) {
    return metric.undefined(state);
  }

  @Override
  public Optional<String> warning(S state) {
    return metric.warning(state);
  }
}
