package io.ostinato.jobs.bench;

import io.ostinato.jobs.bench.CostForecast.Part;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Tables of what a model predicts for clusters. */
record CostPredictions(CostForecast forecast, CostLoad cluster) {
  /** Ten gigabits. */
  private static final double BYTES_PER_SECOND = 1.25e9;

  private static final int HOSTS = 100;
  private static final int PROCESSORS = 8;
  private static final int TASKS_PER_SLOT = 4;

  /** Rows and forward are those of the measurement with the most expensive forward. */
  static CostPredictions of(CostModel model, List<CostMeasurement> measured) {
    CostLoad largest =
        measured.stream()
            .map(CostMeasurement::load)
            .max(Comparator.comparingDouble(CostLoad::forwardSeconds))
            .orElseThrow();
    CostLoad cluster =
        new CostLoad(
            1e9,
            largest.rowBytes(),
            largest.forwardSeconds(),
            1e8,
            0,
            TASKS_PER_SLOT * HOSTS * PROCESSORS,
            HOSTS,
            PROCESSORS,
            HOSTS,
            PROCESSORS);
    return new CostPredictions(new CostForecast(model, BYTES_PER_SECOND), cluster);
  }

  String markdown() {
    return text(
            "Predicted seconds for 10⁹ rows of %.0f bytes, %.1f µs of forward for each, 100 executors of 8 slots,"
                + " 100 MB of changed weights, 10 Gbit/s:\n\n",
            cluster.rowBytes(), 1e6 * cluster.forwardSeconds())
        + parts(cases())
        + "\nThe same rows and weights, metrics, 4 partitions per slot:\n\n"
        + growth();
  }

  private Map<String, CostLoad> cases() {
    Map<String, CostLoad> cases = new LinkedHashMap<>();
    cases.put("metrics, 4 partitions per slot", cluster);
    cases.put(
        "metrics, partitions of 128 MB",
        cluster.withTasks(Math.ceil(cluster.rows() * cluster.rowBytes() / 128e6)));
    cases.put("model of 10 GB", cluster.withModelBytes(1e10));
    cases.put("8 bytes per row collected", cluster.withResultBytes(8));
    return cases;
  }

  private String parts(Map<String, CostLoad> cases) {
    Collection<CostLoad> loads = cases.values();
    StringBuilder table = new StringBuilder("| |");
    cases.keySet().forEach(name -> table.append(" %s |".formatted(name)));
    table.append("\n|---|").append("---|".repeat(cases.size())).append('\n');
    for (Part part : Part.values()) {
      table.append("| %s |%s\n".formatted(part.text(), cells(loads, part)));
    }
    table.append("| **all** |");
    loads.forEach(one -> table.append(text(" **%.1f** |", forecast.seconds(one))));
    table.append("\n| largest part but the forward |");
    loads.forEach(one -> table.append(" %s |".formatted(forecast.largest(one).text())));
    return table.append('\n').toString();
  }

  private String cells(Collection<CostLoad> loads, Part part) {
    return loads.stream()
        .map(load -> text(" %.2f |", forecast.parts(load).getOrDefault(part, 0.0)))
        .collect(Collectors.joining());
  }

  private String growth() {
    StringBuilder table =
        new StringBuilder(
            "| executors | slots | seconds | of this, forward | largest part but the forward |\n"
                + "|---|---|---|---|---|\n");
    for (int executors : new int[] {1, 10, 100, 1_000}) {
      int slots = executors * cluster.slots();
      CostLoad load = cluster.withExecutors(executors).withTasks(TASKS_PER_SLOT * slots);
      double seconds = forecast.seconds(load);
      double forward = forecast.parts(load).getOrDefault(Part.FORWARD, 0.0);
      table.append(
          text(
              "| %,d | %,d | %,.1f | %.0f %% | %s |\n",
              executors, slots, seconds, 100 * forward / seconds, forecast.largest(load).text()));
    }
    return table.toString();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
