package io.ostinato.monitor;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.weights.SquareSum;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes {@code weight/norm/all}, the Euclidean norm of the model's weights, including frozen ones
 * but not running statistics; and {@code weight/norm/{parameter}} for individual parameters, if
 * configured.
 */
@Kind(name = "weight_norm", value = "The norm of the weights: `weight/norm/{all|parameter}`.")
public final class WeightNormCallback extends PeriodicCallback {
  private static final long serialVersionUID = 1;

  private final ParameterNames names;

  /**
   * The settings of the callback.
   *
   * @param schedule when to write. Default: every epoch
   * @param parameters names of parameters to write individually; {@code *} stands for any
   *     characters. Default: none
   */
  public record Config(
      @Inline Schedule schedule,
      @Key(
              value = "Parameters to write individually; `*` stands for any characters.",
              optional = true)
          List<String> parameters)
      implements Serializable {
    public Config {
      parameters = List.copyOf(parameters);
    }

    public static Config defaults() {
      return Defaults.of(Config.class);
    }

    public Config every(Schedule newSchedule) {
      return new Config(newSchedule, parameters);
    }

    public Config parameters(String... patterns) {
      return new Config(schedule, List.of(patterns));
    }
  }

  public WeightNormCallback(Config config) {
    super("weight_norm." + config.schedule().intervalString(), config.schedule());
    this.names = new ParameterNames(config.parameters());
  }

  @Override
  public Set<String> writesMetrics() {
    return names.groups().stream().map(WeightNormCallback::key).collect(Collectors.toSet());
  }

  @Override
  public Map<String, Direction> directions() {
    return Map.of(key("*"), Direction.NEUTRAL);
  }

  private static String key(String group) {
    return "weight/norm/" + group;
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    names.check(context(), name());
  }

  @Override
  protected void periodicCallback(Invocation at) {
    double all = 0;
    for (Map.Entry<String, Parameter> entry : ParameterNames.trained(context()).entrySet()) {
      double squares;
      try (NDArray weights = entry.getValue().getArray().stopGradient()) {
        squares = SquareSum.of(weights);
      }
      all += squares;
      if (names.match(entry.getKey())) {
        write(entry.getKey(), squares);
      }
    }
    write(ParameterNames.ALL, all);
  }

  private void write(String group, double squares) {
    writer().addScalar(key(group), Math.sqrt(squares));
  }
}
