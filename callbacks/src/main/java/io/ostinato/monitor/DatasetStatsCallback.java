package io.ostinato.monitor;

import io.ostinato.callback.Callback;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.UpdateCounter;
import java.io.Serializable;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes {@code ds_stats/{dataset}/len}, the number of rows of each dataset, before the first
 * update of a training, and not again after a resume.
 */
@Kind(
    name = "dataset_stats",
    value = "Rows per dataset: `ds_stats/{dataset}/len`. Added by default.")
public final class DatasetStatsCallback extends Callback {
  private static final long serialVersionUID = 1;
  private static final String TRAIN = "train";

  private final Config config;

  /**
   * The settings of the callback.
   *
   * @param datasets keys of datasets; {@code train} is the training dataset. Default: all
   */
  public record Config(
      @Key(
              value = "Keys of datasets; `train` is the training dataset.",
              optional = true,
              otherwise = "all")
          List<String> datasets)
      implements Serializable {
    public Config {
      datasets = List.copyOf(new LinkedHashSet<>(datasets));
    }

    public static Config defaults() {
      return Defaults.of(Config.class);
    }

    public Config datasets(String... keys) {
      return new Config(List.of(keys));
    }
  }

  public DatasetStatsCallback(Config config) {
    super("dataset_stats");
    this.config = config;
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    Set<String> known = keys(plan.data().evaluationKeys());
    return config.datasets().stream()
        .filter(key -> !known.contains(key))
        .map(
            key ->
                Mistake.of(
                        subject("datasets"),
                        "callback '%s' asks for dataset '%s'".formatted(name(), key),
                        "registered: " + String.join(", ", known))
                    .dependingOn(Subject.setting("datasets")))
        .toList();
  }

  @Override
  public Set<String> writesMetrics(TrainingPlan plan) {
    return written(plan.data().evaluationKeys()).stream()
        .map(DatasetStatsCallback::key)
        .collect(Collectors.toSet());
  }

  private Collection<String> written(Set<String> evaluationKeys) {
    return config.datasets().isEmpty() ? keys(evaluationKeys) : config.datasets();
  }

  @Override
  public Map<String, Direction> directions() {
    return Map.of(key("*"), Direction.NEUTRAL);
  }

  private static String key(String dataset) {
    return "ds_stats/%s/len".formatted(dataset);
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    if (at.current().update() > 0) {
      return;
    }
    DataContainer data = context().data();
    for (String key : written(data.evaluationKeys())) {
      long rows = key.equals(TRAIN) ? data.train().size() : data.evaluation(key).rows();
      writer().addScalar(key(key), rows);
    }
  }

  private static Set<String> keys(Set<String> evaluationKeys) {
    Set<String> keys = new LinkedHashSet<>();
    keys.add(TRAIN);
    keys.addAll(evaluationKeys);
    return keys;
  }
}
