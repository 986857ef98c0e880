package io.ostinato.jobs.metric;

import io.ostinato.jobs.config.Key;
import io.ostinato.metric.ClassMetrics;
import io.ostinato.metric.ClassOutputs;
import io.ostinato.metric.Metrics;
import io.ostinato.metric.OutputKind;
import org.jspecify.annotations.Nullable;

/** How the metrics of a classifier read outputs and targets; see {@link ClassOutputs}. */
record ClassKeys(
    @Key(
            value = "What the outputs are.",
            optional = true,
            otherwise = "logits; if of one column and all from 0 to 1, NaN and a warning")
        @Nullable OutputKind outputs,
    @Key(
            value =
                "The dimension of classes, as 1 or -1 for the last: targets of the outputs' shape are"
                    + " one-hot then. 0 for none: each number is an output of two classes.",
            optional = true,
            otherwise = "told by the shapes")
        @Nullable Integer classAxis,
    @Key(value = "Targets that are passed over.", byDefault = "-100") long ignoredTarget) {

  ClassMetrics metrics() {
    ClassOutputs read = ClassOutputs.defaults().ignoredTarget(ignoredTarget);
    read = outputs == null ? read : read.kind(outputs);
    return Metrics.ofClasses(classAxis == null ? read : read.classAxis(classAxis));
  }
}
