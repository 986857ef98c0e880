package io.ostinato.jobs.train;

import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.jobs.config.Inline;
import io.ostinato.jobs.config.Key;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When a callback evaluates, and what. */
record EvaluationKeys(
    @Inline ScheduleKeys schedule,
    @Key(value = "The dataset to evaluate on, of `datasets.evaluations`.", byDefault = "test")
        String datasetKey,
    @Key(value = "The most rows of a batch.", byDefault = "256", atLeast = 1) int batchSize,
    @Key(
            value = "The weights to evaluate, as in `ema=0.999`.",
            byDefault = "''",
            otherwise = "those that are trained")
        String weights,
    @Key(
            value = "The most rows to evaluate, the first ones of the dataset.",
            optional = true,
            otherwise = "all rows",
            atLeast = 1)
        @Nullable Long maxSize,
    @Key(
            value = "The only tensors of the dataset that a batch has, in this order.",
            optional = true,
            otherwise = "all tensors, in the order of the dataset")
        List<String> columns,
    @Key(
            value =
                "What the dataset is called in keys of metrics, as in `accuracy/{dataset_name}`: tells"
                    + " callbacks apart that measure the same of parts or outputs.",
            byDefault = "''",
            otherwise = "its key")
        String datasetName) {

  DataIteratorConfig config() {
    DataIteratorConfig config =
        DataIteratorConfig.every(schedule.schedule())
            .dataset(datasetKey)
            .batchSize(batchSize)
            .weights(weights)
            .columns(columns.toArray(String[]::new))
            .named(datasetName);
    return maxSize == null ? config : config.maxRows(maxSize);
  }
}
