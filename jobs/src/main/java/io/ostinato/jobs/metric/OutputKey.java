package io.ostinato.jobs.metric;

import io.ostinato.jobs.config.Key;
import io.ostinato.metric.Metric;

/** Which output of a model a metric is of; see {@link Metric#ofOutput}. */
record OutputKey(
    @Key(
            value =
                "The output that is compared, where the model has several: its name, or its position"
                    + " counted from 0. The metric is named after it: `accuracy.aux`.",
            byDefault = "''",
            otherwise = "the one that the callback or the command chooses")
        String output) {

  Metric<?> choose(Metric<?> metric) {
    return output.isBlank() ? metric : metric.ofOutput(output);
  }
}
