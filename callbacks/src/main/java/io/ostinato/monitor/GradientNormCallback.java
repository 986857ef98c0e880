package io.ostinato.monitor;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.Mistake;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.weights.SquareSum;
import java.io.Serializable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes {@code gradient/norm/all}, the Euclidean norm of an update's gradient before clipping, and
 * {@code gradient/near_zero/all}, the share of its elements that are near zero; and the same for
 * individual parameters if configured, such as {@code gradient/norm/{parameter}}. Frozen parameters
 * have no gradient. Nothing is written for an update whose loss is not finite, nor for an
 * evaluation requested outside the schedule.
 *
 * <p>Only updates that are due are examined; the others cost nothing.
 */
@Kind(
    name = "gradient_norm",
    value =
        "The norm of an update's gradient before clipping, and the share of it that is near zero:"
            + " `gradient/{norm|near_zero}/{all|parameter}`.")
public final class GradientNormCallback extends PeriodicCallback {
  private static final long serialVersionUID = 1;

  private final Config config;
  private final ParameterNames names;
  private final LinkedHashMap<String, Double> measured = new LinkedHashMap<>();

  /**
   * The settings of the callback.
   *
   * @param schedule when to write. Default: every epoch
   * @param parameters names of parameters to write individually; {@code *} stands for any
   *     characters. Default: none
   * @param nearZero the greatest absolute value that counts as near zero, at least 0. Default: 1e-8
   */
  public record Config(
      @Inline Schedule schedule,
      @Key(
              value = "Parameters to write individually; `*` stands for any characters.",
              optional = true)
          List<String> parameters,
      @Key(
              value = "The greatest absolute value that counts as near zero.",
              byDefault = "1e-8",
              atLeast = 0)
          double nearZero)
      implements Serializable {
    public Config {
      parameters = List.copyOf(parameters);
    }

    public static Config defaults() {
      return Defaults.of(Config.class);
    }

    public Config every(Schedule newSchedule) {
      return new Config(newSchedule, parameters, nearZero);
    }

    public Config parameters(String... patterns) {
      return new Config(schedule, List.of(patterns), nearZero);
    }

    public Config nearZero(double highest) {
      return new Config(schedule, parameters, highest);
    }
  }

  public GradientNormCallback(Config config) {
    super("gradient_norm." + config.schedule().intervalString(), config.schedule());
    this.config = config;
    this.names = new ParameterNames(config.parameters());
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    return config.nearZero() >= 0
        ? List.of()
        : List.of(
            Mistake.of(
                subject("near_zero"),
                "callback '%s': near_zero=%s must be at least 0"
                    .formatted(name(), config.nearZero())));
  }

  @Override
  public Set<String> writesMetrics() {
    return names.groups().stream()
        .flatMap(group -> Stream.of(norm(group), nearZero(group)))
        .collect(Collectors.toSet());
  }

  @Override
  public Map<String, Direction> directions() {
    return Map.of(norm("*"), Direction.NEUTRAL, nearZero("*"), Direction.NEUTRAL);
  }

  @Override
  public Map<String, String> measures(String metric) {
    Map<String, String> measured = new HashMap<>(super.measures(metric));
    if (metric.startsWith(nearZero(""))) {
      measured.put("near_zero", Double.toString(config.nearZero()));
    }
    return measured;
  }

  private static String norm(String group) {
    return "gradient/norm/" + group;
  }

  private static String nearZero(String group) {
    return "gradient/near_zero/" + group;
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    names.check(context(), name());
  }

  @Override
  public void trackAfterAccumulationStep(AccumulationStep step) {
    if (step.isLast() && schedule().dueAt(step.before().advance()).isPresent()) {
      measured.clear();
      measure();
    }
  }

  @Override
  protected void periodicCallback(Invocation at) {
    if (at.isScheduled()) {
      measured.forEach(writer()::addScalar);
      measured.clear();
    }
  }

  private void measure() {
    Sizes all = new Sizes(0, 0, 0);
    for (Map.Entry<String, Parameter> entry : ParameterNames.trained(context()).entrySet()) {
      if (entry.getValue().requiresGradient()) {
        Sizes sizes;
        try (NDArray gradient = entry.getValue().getArray().getGradient()) {
          sizes = Sizes.of(gradient, config.nearZero());
        }
        all = all.plus(sizes);
        if (names.match(entry.getKey())) {
          note(entry.getKey(), sizes);
        }
      }
    }
    if (all.elements() > 0) {
      note(ParameterNames.ALL, all);
    }
  }

  private void note(String group, Sizes sizes) {
    measured.put(norm(group), Math.sqrt(sizes.squares()));
    measured.put(nearZero(group), (double) sizes.nearZero() / sizes.elements());
  }

  /** The sum of squares, the number of elements near zero and the number of elements. */
  private record Sizes(double squares, long nearZero, long elements) {

    static Sizes of(NDArray gradient, double highest) {
      try (NDArray sizes = gradient.abs();
          NDArray near = sizes.lte(highest);
          NDArray count = near.countNonzero()) {
        return new Sizes(SquareSum.of(gradient), count.getLong(), gradient.size());
      }
    }

    Sizes plus(Sizes other) {
      return new Sizes(
          squares + other.squares, nearZero + other.nearZero, elements + other.elements);
    }
  }
}
