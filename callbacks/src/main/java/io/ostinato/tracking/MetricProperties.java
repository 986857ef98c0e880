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
import java.util.regex.Pattern;

/**
 * Which metrics are better when higher, or when lower. It is decided by the first of these that
 * knows the key:
 *
 * <ol>
 *   <li>the patterns that a user adds, the last added first; a pattern is a whole key, with {@code
 *       *} for any characters, {@code ?} for one and {@code |} between alternatives
 *   <li>who writes the metric: the callbacks of a run say the {@linkplain
 *       io.ostinato.metric.Metric#direction directions} of their metrics
 *   <li>the key itself: by words of the field, losses and errors are better when lower, and
 *       accuracies, scores and correlations when higher; what a training tells about itself is
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

  private record Rule(Pattern pattern, Direction direction) {
    static Rule of(Glob keys, Direction direction) {
      return new Rule(Pattern.compile(keys.regex()), direction);
    }
  }

  private MetricProperties(
      List<Rule> patterns, List<Rule> written, Function<String, Optional<Direction>> ofKey) {
    this.patterns = List.copyOf(patterns);
    this.written = List.copyOf(written);
    this.ofKey = ofKey;
  }

  /** What keys tell by themselves; nothing is known of the others. */
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

  /** Nothing is known, whatever a key looks like. */
  public static MetricProperties none() {
    return new MetricProperties(List.of(), List.of(), key -> Optional.empty());
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

  /**
   * The same, and after the patterns of users: what is said by those who write the metrics.
   *
   * @param directions of each of them, by keys in which {@code *} stands for any characters; the
   *     first that matches decides
   */
  public MetricProperties withWritten(Collection<Map<String, Direction>> directions) {
    List<Rule> more = new ArrayList<>(written);
    for (Map<String, Direction> ofOne : directions) {
      ofOne.forEach((keys, direction) -> more.add(Rule.of(Glob.ofStars(keys), direction)));
    }
    return new MetricProperties(patterns, more, ofKey);
  }

  /** The direction of a metric, if it is known. */
  public Optional<Direction> direction(String key) {
    // What was at the best of another metric is better as it is itself.
    int atBest = key.indexOf("/at_best/");
    String metric = atBest < 0 ? key : key.substring(0, atBest);
    return first(patterns, metric).or(() -> first(written, metric)).or(() -> ofKey.apply(metric));
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
        .filter(rule -> rule.pattern().matcher(metric).matches())
        .map(Rule::direction)
        .findFirst();
  }

  private MetricProperties with(String pattern, Direction direction) {
    List<Rule> more = new ArrayList<>();
    for (String alternative : pattern.split("\\|", -1)) {
      more.add(Rule.of(Glob.of(alternative), direction));
    }
    more.addAll(patterns);
    return new MetricProperties(more, written, ofKey);
  }
}
