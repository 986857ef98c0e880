package io.ostinato.tracking;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.metric.Direction;
import io.ostinato.text.Glob;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The directions of metrics: better when higher, better when lower, or neutral. The first of these
 * rules that knows a key decides:
 *
 * <ol>
 *   <li>the patterns that a user adds, the last added first; a pattern is a whole key, with {@code
 *       *} for any characters, {@code ?} for one and {@code |} between alternatives
 *   <li>the {@linkplain io.ostinato.metric.Metric#direction directions} that the callbacks of a run
 *       declare for the metrics they write
 *   <li>the key itself: by well-known words, losses and errors are better when lower, and
 *       accuracies, scores and correlations when higher; metrics of the training process itself are
 *       neutral
 * </ol>
 *
 * Immutable.
 */
public final class MetricProperties {
  private static final MetricProperties DEFAULTS =
      new MetricProperties(List.of(), List.of(), KeyDirections::of);

  private final List<Rule> patterns;
  private final List<Rule> written;
  private final Function<String, Optional<Direction>> ofKey;

  private record Rule(Glob keys, Direction direction) {}

  private MetricProperties(
      List<Rule> patterns, List<Rule> written, Function<String, Optional<Direction>> ofKey) {
    this.patterns = List.copyOf(patterns);
    this.written = List.copyOf(written);
    this.ofKey = ofKey;
  }

  /** The directions that keys imply; unknown for all other keys. */
  public static MetricProperties defaults() {
    return DEFAULTS;
  }

  /** Parses the patterns of a configuration, which take precedence over the defaults. */
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

  /** No directions; keys imply nothing. */
  public static MetricProperties none() {
    return new MetricProperties(List.of(), List.of(), key -> Optional.empty());
  }

  /**
   * A copy in which metrics that match the pattern are better when higher; takes precedence over
   * all earlier patterns.
   */
  public MetricProperties higherIsBetter(String pattern) {
    return with(pattern, Direction.HIGHER_IS_BETTER);
  }

  /**
   * A copy in which metrics that match the pattern are better when lower; takes precedence over all
   * earlier patterns.
   */
  public MetricProperties lowerIsBetter(String pattern) {
    return with(pattern, Direction.LOWER_IS_BETTER);
  }

  /**
   * A copy in which metrics that match the pattern are neutral; takes precedence over all earlier
   * patterns.
   */
  public MetricProperties neutral(String pattern) {
    return with(pattern, Direction.NEUTRAL);
  }

  /**
   * A copy with the directions declared by the writers of metrics, after the patterns of users.
   *
   * @param directions the directions of each writer, by keys in which {@code *} matches any
   *     characters; the first match decides
   */
  public MetricProperties withWritten(Collection<Map<String, Direction>> directions) {
    List<Rule> more = new ArrayList<>(written);
    for (Map<String, Direction> ofOne : directions) {
      ofOne.forEach((keys, direction) -> more.add(new Rule(Glob.ofStars(keys), direction)));
    }
    return new MetricProperties(patterns, more, ofKey);
  }

  /** The direction of a metric; empty if unknown. */
  public Optional<Direction> direction(String key) {
    // A value at the best of another metric has its own metric's direction.
    int atBest = key.indexOf("/at_best/");
    String metric = atBest < 0 ? key : key.substring(0, atBest);
    return first(patterns, metric).or(() -> first(written, metric)).or(() -> ofKey.apply(metric));
  }

  /**
   * The direction of a metric that a decision depends on.
   *
   * @throws IllegalArgumentException if it is unknown or neutral; says how to declare it
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
   * Why a metric can't be used for a decision; empty if it can.
   *
   * @param key the metric
   * @param subject the callback that decides, or a key of it
   */
  public Optional<Mistake> mistake(String key, Subject subject) {
    Optional<Direction> direction = direction(key);
    if (direction.isPresent() && direction.get() != Direction.NEUTRAL) {
      return Optional.empty();
    }
    Mistake mistake =
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
                .formatted(key));
    Subject patternsOfUsers = Subject.setting("metric_directions");
    return Optional.of(
        direction.isPresent()
            ? mistake.dependingOn(patternsOfUsers)
            : mistake.dependingOn(patternsOfUsers, Subject.setting("callbacks")));
  }

  private static Optional<Direction> first(List<Rule> rules, String metric) {
    return rules.stream()
        .filter(rule -> rule.keys().matches(metric))
        .map(Rule::direction)
        .findFirst();
  }

  private MetricProperties with(String pattern, Direction direction) {
    List<Rule> more = new ArrayList<>();
    for (String alternative : pattern.split("\\|", -1)) {
      more.add(new Rule(Glob.of(alternative), direction));
    }
    more.addAll(patterns);
    return new MetricProperties(more, written, ofKey);
  }
}
