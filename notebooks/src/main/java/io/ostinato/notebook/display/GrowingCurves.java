package io.ostinato.notebook.display;

import io.ostinato.plot.CurvePlot;
import io.ostinato.plot.Plot;
import io.ostinato.tracking.MetricCurves;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.Tracker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Shows curves of metrics that grow while a training runs, each in an output of its own of the cell
 * that runs it. They are drawn at most twice a second, and once more at the end, also if the
 * training fails. A run that is resumed begins with its earlier values. Not thread-safe.
 */
public final class GrowingCurves implements Tracker {
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final List<String> keys;
  private final MetricProperties properties;
  private final LiveOutput<Plot> output;
  private final Clock clock;

  /** Without the values of other metrics, which long runs have many of. */
  private final List<MetricsRecord> records = new ArrayList<>();

  private final Set<String> known = new TreeSet<>();
  private final Map<String, String> outputs = new LinkedHashMap<>();
  private String run = "";
  private boolean isDrawn;
  private Instant nextDrawing = Instant.MIN;

  /**
   * Creates curves.
   *
   * @param keys the keys of the metrics, such as {@code accuracy/test}
   * @param properties decide which values of a metric are better
   * @param output where the curve of each metric is shown
   * @throws IllegalArgumentException if there are no keys
   */
  public GrowingCurves(
      List<String> keys, MetricProperties properties, LiveOutput<Plot> output, Clock clock) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          "no metric to show; give the key of at least one, such as accuracy/test");
    }
    this.keys = List.copyOf(keys);
    this.properties = properties;
    this.output = output;
    this.clock = clock;
  }

  @Override
  public void start(RunInfo info) {
    run = info.runId();
    outputs.clear();
    records.clear();
    known.clear();
    MetricsFile.read(info.files()).forEach(this::add);
    draw();
  }

  @Override
  public void log(MetricsRecord record) {
    add(record);
    isDrawn = false;
    if (!clock.instant().isBefore(nextDrawing)) {
      draw();
    }
  }

  @Override
  public void close() {
    if (!isDrawn) {
      draw();
    }
  }

  private void add(MetricsRecord record) {
    known.addAll(record.metrics().keySet());
    Map<String, Double> shown = new LinkedHashMap<>(record.metrics());
    shown.keySet().retainAll(keys);
    if (!shown.isEmpty()) {
      records.add(new MetricsRecord(record.iteration(), record.time(), shown));
    }
  }

  private void draw() {
    for (String key : keys) {
      Plot plot = plot(key);
      String id = outputs.get(key);
      if (id == null) {
        outputs.put(key, output.show(plot));
      } else {
        output.update(id, plot);
      }
    }
    isDrawn = true;
    nextDrawing = clock.instant().plus(PAUSE);
  }

  private Plot plot(String key) {
    if (known.contains(key)) {
      return MetricCurves.of(key, properties, Map.of(run, records));
    }
    String title =
        known.isEmpty()
            ? key
            : "no metric '%s' yet; there are: %s".formatted(key, String.join(", ", known));
    return new CurvePlot(title, "updates", List.of());
  }
}
