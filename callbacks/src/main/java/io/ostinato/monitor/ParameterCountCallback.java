package io.ostinato.monitor;

import ai.djl.nn.Parameter;
import io.ostinato.callback.Callback;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.Mistake;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.UpdateCounter;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes {@code param_count/{model}}, the number of elements of the model's parameters, and its
 * parts {@code param_count/{model}/trainable} and {@code param_count/{model}/frozen}, before the
 * first update of a training, and not again after a resume. Running statistics are not counted.
 */
@Kind(
    name = "parameter_count",
    value = "Number of parameters of the model: `param_count/…`. Added by default.")
public final class ParameterCountCallback extends Callback {
  private static final long serialVersionUID = 1;
  private static final String TRAINABLE = "/trainable";
  private static final String FROZEN = "/frozen";

  private final Config config;

  /** The settings of the callback: the name of the model in metric keys. Default: {@code model}. */
  public record Config(
      @Key(value = "The name of the model in metric keys.", byDefault = "model") String model)
      implements Serializable {
    public static Config defaults() {
      return Defaults.of(Config.class);
    }
  }

  public ParameterCountCallback(Config config) {
    super("parameter_count");
    this.config = config;
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    return config.model().isBlank()
        ? List.of(
            Mistake.of(
                subject("model"),
                "callback '%s' needs a name of the model that is not blank".formatted(name())))
        : List.of();
  }

  @Override
  public Set<String> writesMetrics() {
    return Set.of(key(""), key(TRAINABLE), key(FROZEN));
  }

  @Override
  public Map<String, Direction> directions() {
    return Map.of(key(""), Direction.NEUTRAL, key("/*"), Direction.NEUTRAL);
  }

  private String key(String part) {
    return "param_count/" + config.model() + part;
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    if (at.current().update() > 0) {
      return;
    }
    long trainable = 0;
    long frozen = 0;
    for (Parameter parameter : context().block().getParameters().values()) {
      long size = parameter.getArray().size();
      if (parameter.requiresGradient()) {
        trainable += size;
      } else if (!ParameterNames.isStatistic(parameter)) {
        frozen += size;
      }
    }
    writer().addScalar(key(""), trainable + frozen);
    writer().addScalar(key(TRAINABLE), trainable);
    writer().addScalar(key(FROZEN), frozen);
  }
}
