package io.ostinato.monitor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.Mistake;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import io.ostinato.text.Glob;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes {@code outputs/{output}/{mean|last}/{interval}}: outputs of the model during training, as
 * the mean over all elements of an output since it was last written, or over those of the last
 * micro-batch. An output without a name is identified by its position, counted from 0. A pattern
 * that matches no output causes a warning, once.
 */
@Kind(
    name = "track_outputs",
    value = "Outputs of the model during training: `outputs/{output}/{mean|last}/{interval}`.")
public final class TrackOutputsCallback extends PeriodicCallback implements Stateful {
  private static final long serialVersionUID = 1;
  private static final Logger log = LoggerFactory.getLogger(TrackOutputsCallback.class);

  private final Config config;
  private final LinkedHashMap<String, OutputMean> means = new LinkedHashMap<>();
  private final LinkedHashSet<String> seen = new LinkedHashSet<>();
  private boolean checkedPatterns;

  /** The elements over which the mean of an output is computed. */
  public enum Reduction {
    /** Those of all micro-batches since the last record. */
    MEAN,
    /** Those of the last micro-batch. */
    LAST
  }

  /**
   * The settings of the callback.
   *
   * @param schedule when to write. Default: every epoch
   * @param outputPatterns names of outputs; {@code *} stands for any characters. Default: all
   * @param reduction the elements to average. Default: {@link Reduction#MEAN}
   */
  public record Config(
      @Inline Schedule schedule,
      @Key(
              value = "Names of outputs; `*` stands for any characters, as in `*gate*`.",
              byDefault = "['*']",
              formerly = "patterns")
          List<String> outputPatterns,
      @Key(
              value = "The mean since the last record, or that of the last micro-batch.",
              byDefault = "mean")
          Reduction reduction)
      implements Serializable {
    public Config {
      outputPatterns = List.copyOf(outputPatterns);
    }

    public static Config defaults() {
      return Defaults.of(Config.class);
    }

    public Config every(Schedule newSchedule) {
      return new Config(newSchedule, outputPatterns, reduction);
    }

    public Config outputs(String... newPatterns) {
      return new Config(schedule, List.of(newPatterns), reduction);
    }

    public Config reduction(Reduction newReduction) {
      return new Config(schedule, outputPatterns, newReduction);
    }

    private boolean matches(String output) {
      return outputPatterns.stream().anyMatch(pattern -> Glob.ofStars(pattern).matches(output));
    }
  }

  public TrackOutputsCallback(Config config) {
    super(
        "track_outputs.%s.%s"
            .formatted(
                String.join(".", config.outputPatterns()), config.schedule().intervalString()),
        config.schedule());
    this.config = config;
  }

  @Override
  public List<Mistake> mistakes(TrainingPlan plan) {
    return config.outputPatterns().isEmpty()
        ? List.of(
            Mistake.of(
                subject("output_patterns"),
                "callback '%s' needs at least one output".formatted(name())))
        : List.of();
  }

  /** The metrics of outputs named without {@code *}; the others are known only in training. */
  @Override
  public Set<String> writesMetrics() {
    return config.outputPatterns().stream()
        .filter(pattern -> !Glob.ofStars(pattern).hasStar())
        .map(this::key)
        .collect(Collectors.toSet());
  }

  @Override
  public void trackAfterAccumulationStep(AccumulationStep step) {
    for (int i = 0; i < step.outputs().size(); i++) {
      NDArray output = step.outputs().get(i);
      String name = output.getName() == null ? Integer.toString(i) : output.getName();
      seen.add(name);
      if (config.matches(name)) {
        try (NDArray numbers = output.toType(DataType.FLOAT64, true);
            NDArray sum = numbers.sum()) {
          means
              .computeIfAbsent(name, n -> new OutputMean())
              .add(sum.getDouble(), output.size(), config.reduction());
        }
      }
    }
  }

  @Override
  public void trackAfterUpdateStep(UpdateCounter at) {
    means.values().forEach(OutputMean::updateIsComplete);
  }

  @Override
  protected void periodicCallback(Invocation at) {
    warnOfPatterns();
    for (Map.Entry<String, OutputMean> entry : means.entrySet()) {
      OutputMean mean = entry.getValue();
      if (mean.count > 0) {
        writer().addScalar(key(entry.getKey()), mean.sum / mean.count);
        if (at.isScheduled()) {
          mean.reset();
        }
      }
    }
  }

  private void warnOfPatterns() {
    if (checkedPatterns || seen.isEmpty()) {
      return;
    }
    checkedPatterns = true;
    config.outputPatterns().stream()
        .filter(pattern -> seen.stream().noneMatch(Glob.ofStars(pattern)::matches))
        .forEach(
            pattern ->
                log.warn(
                    "callback '{}': no output matches the pattern '{}'; the outputs are {}. A pattern"
                        + " must match the whole name; * stands for any characters, as in '*{}*'",
                    name(),
                    pattern,
                    String.join(", ", seen),
                    pattern.replace("*", "")));
  }

  @Override
  public SavedState saveState() {
    SavedState state = SavedState.empty();
    for (Map.Entry<String, OutputMean> entry : means.entrySet()) {
      state =
          state
              .with("sum." + entry.getKey(), entry.getValue().sum)
              .with("count." + entry.getKey(), entry.getValue().count);
    }
    return state;
  }

  @Override
  public void restoreState(SavedState state) {
    means.clear();
    for (String key : state.values().keySet()) {
      if (key.startsWith("sum.")) {
        String name = key.substring("sum.".length());
        OutputMean mean = new OutputMean();
        mean.sum = state.getDouble(key);
        mean.count = state.getLong("count." + name);
        means.put(name, mean);
      }
    }
  }

  @Override
  public Map<String, Direction> directions() {
    return Map.of(key("*"), Direction.NEUTRAL);
  }

  private String key(String output) {
    return "outputs/%s/%s/%s"
        .formatted(
            output,
            config.reduction() == Reduction.MEAN ? "mean" : "last",
            schedule().intervalString());
  }

  /** Sum and count, of complete updates and of the current one. */
  private static final class OutputMean implements Serializable {
    private static final long serialVersionUID = 1;
    private double sum;
    private long count;
    private double sumOfUpdate;
    private long countOfUpdate;
    private boolean lastOnly;

    void add(double more, long numbers, Reduction reduction) {
      lastOnly = reduction == Reduction.LAST;
      if (lastOnly) {
        sumOfUpdate = 0;
        countOfUpdate = 0;
      }
      sumOfUpdate += more;
      countOfUpdate += numbers;
    }

    void updateIsComplete() {
      if (lastOnly && countOfUpdate > 0) {
        reset();
      }
      sum += sumOfUpdate;
      count += countOfUpdate;
      sumOfUpdate = 0;
      countOfUpdate = 0;
    }

    void reset() {
      sum = 0;
      count = 0;
    }
  }
}
