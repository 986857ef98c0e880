package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** A metric of an output that it selects itself; see {@link Metric#ofOutput}. */
final class OfOutput<S extends Serializable> extends DelegatingMetric<S> {
  private static final long serialVersionUID = 1;

  private final String of;

  OfOutput(Metric<S> metric, String of) {
    super(metric);
    this.of = of.strip();
    if (this.of.isEmpty()) {
      throw new IllegalArgumentException(
          "the metric '%s' selects an output without a name; give its name, or its position"
                  .formatted(metric.name())
              + " counted from 0");
    }
  }

  @Override
  public Metric<S> ofOutput(String output) {
    return metric.ofOutput(output);
  }

  @Override
  public Optional<String> output() {
    return Optional.of(of);
  }

  @Override
  public Optional<Object> stateKey() {
    return metric.stateKey().map(key -> List.of(of, key));
  }

  /** Contains no slash, which would start the name of the dataset. */
  @Override
  public String name() {
    return metric.name() + "." + of.replace('/', '_');
  }

  @Override
  public S update(S state, MetricBatch batch) {
    NDArray output = batch.get(MetricBatch.outputsOf(of));
    try (NDArray view = output.reshape(output.getShape())) {
      view.setName(MetricBatch.OUTPUTS);
      NDList arrays = new NDList(view);
      batch.arrays().stream()
          .filter(array -> !MetricBatch.OUTPUTS.equals(array.getName()))
          .forEach(arrays::add);
      return metric.update(state, new MetricBatch(arrays));
    }
  }
}
