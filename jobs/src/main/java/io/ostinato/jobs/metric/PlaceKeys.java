package io.ostinato.jobs.metric;

import io.ostinato.jobs.config.Key;
import io.ostinato.metric.ClassMetrics;
import org.jspecify.annotations.Nullable;

/** As {@link ClassKeys}, where it is known or doesn't matter what the outputs are. */
record PlaceKeys(
    @Key(
            value =
                "The dimension of classes, as 1 or -1 for the last: targets of the outputs' shape are"
                    + " one-hot then. 0 for none: each number is an output of two classes.",
            optional = true,
            otherwise = "told by the shapes")
        @Nullable Integer classAxis,
    @Key(value = "Targets that are passed over.", byDefault = "-100") long ignoredTarget) {

  ClassMetrics metrics() {
    return new ClassKeys(null, classAxis, ignoredTarget).metrics();
  }
}
