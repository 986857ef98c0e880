package io.ostinato.metric;

import io.ostinato.describe.Key;
import java.util.function.UnaryOperator;

/**
 * What can be changed about any configured metric: the output that it is computed from, see {@link
 * Metric#ofOutput}, and its name, see {@link Metric#named}.
 */
record MetricChanges(
    @Key(
            value =
                "The output to compare if the model has several: its name, or its position counted"
                    + " from 0. It becomes part of the metric's name: `accuracy.aux`.",
            byDefault = "''",
            otherwise = "the one selected by the callback or command")
        String output,
    @Key(
            value =
                "The name of the metric in keys, to distinguish metrics that would have the same.",
            byDefault = "''",
            otherwise = "that of the metric and its output")
        String name)
    implements UnaryOperator<Metric<?>> {
  @Override
  public Metric<?> apply(Metric<?> metric) {
    Metric<?> chosen = output.isBlank() ? metric : metric.ofOutput(output);
    return name.isBlank() ? chosen : chosen.named(name);
  }
}
