package io.ostinato.tracking;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.metric.Direction;
import io.ostinato.text.Glob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which metrics are better when higher, or when lower, by patterns of their keys; the first that
 * matches decides. Immutable.
 *
 * <p>A pattern is a whole key, with {@code *} for any characters and {@code ?} for one. The
 * defaults look for words of the field in a key: its letters and digits between other characters,
 * so {@code loss/test/total} and {@code val_loss} are losses, and {@code lossless_rate} is not.
 * They look before the first slash, where the metric's name is, and there before the first dot,
 * behind which an output of the model has any name; behind the slash, where a dataset may have any
 * name, only if that says nothing.
 */
public final class MetricProperties {
  private static final String LOWER =
      "loss|lossdiff|error|err|rmse|mse|mae|mape|perplexity|nll|brier|ece|relative_l2|log_loss"
          + "|cross_entropy|calibration_error";
  private static final String HIGHER =
      "accuracy|acc|f1|f[0-9.]+(?:e-?[0-9]+)?_(?:micro|macro|weighted|binary)|fbeta|f_beta|auc|auroc|roc_auc|average_precision|ap|map|precision|recall|r2"
          + "|pearson|mcc|iou|dice|bleu|rouge|psnr|ssim";
  private static final MetricProperties DEFAULTS =
      new MetricProperties(
          List.of(
              rule(
                  "optim/*|train_time/*|param_count/*|ds_stats/*|peak_memory/*|outputs/*"
                      + "|gradient/*|weight/*|loss_weight/*|profiler/*|ctx/*|detach/*",
                  Direction.NEUTRAL)),
          List.of(
              new Rule(words(LOWER), Direction.LOWER_IS_BETTER),
              new Rule(words(HIGHER), Direction.HIGHER_IS_BETTER)));

  private final List<Rule> patterns;
  private final List<Rule> words;

  private record Rule(Pattern pattern, Direction direction) {}

  private MetricProperties(List<Rule> patterns, List<Rule> words) {
    this.patterns = List.copyOf(patterns);
    this.words = List.copyOf(words);
  }

  /**
   * Losses and errors are better when lower; accuracies, scores and correlations when higher; what
   * training tells about itself is neutral; nothing is known of the others.
   */
  public static MetricProperties defaults() {
    return DEFAULTS;
  }

  /** As a configuration writes it; before the defaults. */
  @FromKeys
  static MetricProperties of(
      @Key(value = "Patterns of metrics; `*` stands for any characters.", optional = true)
          List<String> higherIsBetter,
      @Key(value = "Patterns of metrics; `*` stands for any characters.", optional = true)
          List<String> lowerIsBetter,
      @Key(value = "Patterns of metrics that decide nothing.", optional = true)
          List<String> neutral) {
    MetricProperties properties = defaults();
    for (String pattern : neutral) {
      properties = properties.neutral(pattern);
    }
    for (String pattern : lowerIsBetter) {
      properties = properties.lowerIsBetter(pattern);
    }
    for (String pattern : higherIsBetter) {
      properties = properties.higherIsBetter(pattern);
    }
    return properties;
  }

  /** Nothing is known. */
  public static MetricProperties none() {
    return new MetricProperties(List.of(), List.of());
  }

  /** The same, and before that: what matches the pattern is better when higher. */
  public MetricProperties higherIsBetter(String pattern) {
    return with(pattern, Direction.HIGHER_IS_BETTER);
  }

  /** The same, and before that: what matches the pattern is better when lower. */
  public MetricProperties lowerIsBetter(String pattern) {
    return with(pattern, Direction.LOWER_IS_BETTER);
  }

  /** The same, and before that: what matches the pattern is neither better nor worse. */
  public MetricProperties neutral(String pattern) {
    return with(pattern, Direction.NEUTRAL);
  }

  /** The direction of a metric, if it is known. */
  public Optional<Direction> direction(String key) {
    // What was at the best of another metric is better as it is itself.
    int atBest = key.indexOf("/at_best/");
    String metric = atBest < 0 ? key : key.substring(0, atBest);
    int slash = metric.indexOf('/');
    String name = slash < 0 ? metric : metric.substring(0, slash);
    return first(patterns, metric)
        .or(() -> first(words, name.substring(0, (name + ".").indexOf('.'))))
        .or(() -> first(words, name))
        .or(() -> first(words, metric.substring(name.length())));
  }

  /**
   * The direction of a metric that something is decided by.
   *
   * @throws IllegalArgumentException if it is not known, or neutral; says how to declare it
   */
  public Direction directionForDecision(String key, String callback) {
    mistake(key, Subject.callback(callback))
        .ifPresent(
            mistake -> {
              throw new IllegalArgumentException(mistake.text());
            });
    return direction(key).orElseThrow();
  }

  /**
   * Why nothing can be decided by a metric, if nothing can.
   *
   * @param key the metric
   * @param subject the callback that decides, or a key of it
   */
  public Optional<Mistake> mistake(String key, Subject subject) {
    Optional<Direction> direction = direction(key);
    if (direction.isPresent() && direction.get() != Direction.NEUTRAL) {
      return Optional.empty();
    }
    return Optional.of(
        Mistake.of(
                subject,
                "callback '%s' decides by the metric '%s', %s"
                    .formatted(
                        subject.name(),
                        key,
                        direction.isPresent()
                            ? "which is neutral"
                            : "of which it isn't known whether it is better when higher or when"
                                + " lower"),
                ("declare it, as in metric_directions: {higher_is_better: '%1$s'} or"
                        + " lower_is_better; in Java, metricProperties("
                        + "MetricProperties.defaults().higherIsBetter(\"%1$s\")) or lowerIsBetter")
                    .formatted(key))
            .dependingOn(Subject.setting("metric_directions")));
  }

  private static Optional<Direction> first(List<Rule> rules, String text) {
    return rules.stream()
        .filter(rule -> rule.pattern().matcher(text).find())
        .map(Rule::direction)
        .findFirst();
  }

  private MetricProperties with(String pattern, Direction direction) {
    List<Rule> more = new ArrayList<>();
    more.add(rule(pattern, direction));
    more.addAll(patterns);
    return new MetricProperties(more, words);
  }

  private static Rule rule(String globs, Direction direction) {
    List<String> patterns = new ArrayList<>();
    for (String glob : globs.split("\\|", -1)) {
      patterns.add("^" + Glob.of(glob).regex() + "$");
    }
    return new Rule(Pattern.compile(String.join("|", patterns)), direction);
  }

  private static Pattern words(String alternatives) {
    return Pattern.compile(
        "(?<![a-z0-9])(" + alternatives + ")(?![a-z0-9])", Pattern.CASE_INSENSITIVE);
  }
}
