package io.ostinato.metric;

import java.io.Serializable;

/** A metric with a name of its own; see {@link Metric#named}. */
final class Named<S extends Serializable> extends DelegatingMetric<S> {
  private static final long serialVersionUID = 1;

  private final String name;

  Named(Metric<S> metric, String name) {
    super(metric);
    this.name = name.strip();
    if (this.name.isEmpty() || this.name.contains("/")) {
      throw new IllegalArgumentException(
          "a metric needs a name without a slash, which starts the name of the dataset; given: '%s'"
              .formatted(name));
    }
  }

  @Override
  public Metric<S> ofOutput(String output) {
    return metric instanceof OfOutput<S> chosen
        ? new OfOutput<>(chosen.metric.named(name), output)
        : new OfOutput<>(this, output);
  }

  @Override
  public Metric<S> named(String newName) {
    return metric.named(newName);
  }

  @Override
  public String name() {
    return name;
  }
}
