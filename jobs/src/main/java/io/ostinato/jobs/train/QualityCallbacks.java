package io.ostinato.jobs.train;

import io.ostinato.callback.Callback;
import io.ostinato.jobs.config.Inline;
import io.ostinato.jobs.config.Key;
import io.ostinato.jobs.config.Kind;
import io.ostinato.jobs.metric.MetricConfig;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.metric.Metric;
import io.ostinato.model.OutputChoice;
import io.ostinato.quality.BestMetricCallback;
import io.ostinato.quality.MetricCallback;
import java.util.ArrayList;
import java.util.List;

/** The callbacks that measure how good a model is. */
final class QualityCallbacks {
  private QualityCallbacks() {}

  private static OutputChoice choice(String output) {
    return output.isBlank() ? OutputChoice.first() : OutputChoice.of(output);
  }

  /** Any metrics. */
  @Kind(name = "metric", value = "Metrics on a dataset: `{metric}/{dataset}`.")
  record MetricKind(
      @Inline EvaluationKeys evaluation,
      @Inline ColumnKeys columns,
      @Key("What is measured.") List<MetricConfig> metrics,
      @Key(
              value =
                  "The output that is compared, where the model has several: its name, or its"
                      + " position counted from 0.",
              byDefault = "''",
              otherwise = "the first")
          String output)
      implements CallbackConfig {
    @Override
    public Callback create() {
      List<Metric<?>> all = new ArrayList<>();
      metrics.forEach(metric -> all.add(metric.create()));
      return new MetricCallback(
          new MetricCallback.Config(evaluation.config(), columns.columns(), all, choice(output)));
    }
  }

  /** The loss on a dataset. */
  @Kind(
      name = "offline_loss",
      value = "The training's loss on a dataset: `loss/{dataset}/{name}` and `lossdiff/…`.")
  record OfflineLoss(
      @Inline EvaluationKeys evaluation,
      @Inline ColumnKeys columns,
      @Key(
              value = "The output that the loss takes: its name, or its position counted from 0.",
              byDefault = "''",
              otherwise = "all")
          String output)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new OfflineLossCallback(
          new OfflineLossCallback.Config(evaluation.config(), columns.columns(), choice(output)));
    }
  }

  /** The loss that training saw. */
  @Kind(
      name = "online_loss",
      value = "The loss that training saw: `loss/online/{name}/{interval}`. Runs by default.")
  record OnlineLoss(@Inline ScheduleKeys schedule) implements CallbackConfig {
    @Override
    public Callback create() {
      return new OnlineLossCallback(new OnlineLossCallback.Config(schedule.schedule()));
    }
  }

  /** Metrics when another was best. */
  @Kind(
      name = "best_metric",
      value = "What metrics were when another was best: `{target}/at_best/{source}`.")
  record BestMetric(
      @Inline ScheduleKeys schedule,
      @Key("The metric that decides.") String source,
      @Key(value = "The metrics that are kept; each must be there.", optional = true)
          List<String> targets,
      @Key(value = "Metrics that are kept where they are there.", optional = true)
          List<String> optionalTargets)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new BestMetricCallback(
          new BestMetricCallback.Config(schedule.schedule(), source, targets, optionalTargets));
    }
  }
}
