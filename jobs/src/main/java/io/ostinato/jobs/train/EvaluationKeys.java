package io.ostinato.jobs.train;

import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.jobs.config.Inline;
import io.ostinato.jobs.config.Key;

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
        String weights) {

  DataIteratorConfig config() {
    return DataIteratorConfig.every(schedule.schedule())
        .dataset(datasetKey)
        .batchSize(batchSize)
        .weights(weights);
  }
}
