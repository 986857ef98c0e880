package io.ostinato.metric;

import io.ostinato.describe.Key;
import java.util.function.UnaryOperator;

/** The output that a configured metric is computed from; see {@link Metric#ofOutput}. */
record OutputOfMetric(
    @Key(
            value =
                "The output to compare if the model has several: its name, or its position counted"
                    + " from 0. It becomes part of the metric's name: `accuracy.aux`.",
            byDefault = "''",
            otherwise = "the one selected by the callback or command")
        String output)
    implements UnaryOperator<Metric<?>> {
  @Override
  public Metric<?> apply(Metric<?> metric) {
    return output.isBlank() ? metric : metric.ofOutput(output);
  }
}
