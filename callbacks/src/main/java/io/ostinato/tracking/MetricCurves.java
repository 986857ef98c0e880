package io.ostinato.tracking;

import io.ostinato.metric.Direction;
import io.ostinato.plot.Curve;
import io.ostinato.plot.CurvePlot;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Draws metrics of runs, as their {@code metrics.jsonl} has them; see {@link MetricsFile#read}. */
public final class MetricCurves {
  private MetricCurves() {}

  /**
   * Draws a metric of one or several runs over updates, and marks the best value of each.
   *
   * @param key the key of the metric, such as {@code accuracy/test}
   * @param properties decide which values are better; none is marked if that is unknown
   * @param runs the records of each run by its name in the legend, drawn in the order of the map
   * @throws IllegalArgumentException if no run has the metric; lists those that there are
   */
  public static CurvePlot of(
      String key, MetricProperties properties, Map<String, List<MetricsRecord>> runs) {
    List<String> known =
        runs.values().stream()
            .flatMap(List::stream)
            .flatMap(record -> record.metrics().keySet().stream())
            .distinct()
            .toList();
    if (!known.contains(key)) {
      throw new IllegalArgumentException(
          "no run has the metric '%s'; known: %s".formatted(key, String.join(", ", known)));
    }
    Curve.Best best = best(properties.direction(key));
    List<Curve> curves =
        runs.entrySet().stream()
            .map(run -> curve(run.getKey(), run.getValue(), key, best))
            .toList();
    return new CurvePlot(key, "updates", curves);
  }

  private static Curve curve(
      String name, List<MetricsRecord> records, String key, Curve.Best best) {
    List<MetricsRecord> having =
        records.stream().filter(record -> record.metrics().containsKey(key)).toList();
    return new Curve(
        name,
        having.stream().mapToDouble(record -> record.iteration().update()).toArray(),
        having.stream()
            .mapToDouble(record -> record.metrics().getOrDefault(key, Double.NaN))
            .toArray(),
        best);
  }

  private static Curve.Best best(Optional<Direction> direction) {
    return direction
        .map(
            known ->
                switch (known) {
                  case HIGHER_IS_BETTER -> Curve.Best.HIGHEST;
                  case LOWER_IS_BETTER -> Curve.Best.LOWEST;
                  case NEUTRAL -> Curve.Best.NONE;
                })
        .orElse(Curve.Best.NONE);
  }
}
