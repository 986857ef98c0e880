package io.ostinato.spark.status;

import io.ostinato.spark.status.EvaluationCounters.Counter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The devices of an application's executors, from the reports of tasks. Thread-safe. */
final class DeviceBoard {
  /** Devices of executors that have ended are dropped first. */
  private static final int MOST_KEPT = 1_000;

  private final EvaluationCounters counters;
  private final Map<String, DeviceStatus> devices = new TreeMap<>();
  private final Map<String, ModelReport> latest = new TreeMap<>();

  /** The executors that ended last. Spark doesn't use an id twice. */
  private final Set<String> lost =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > MOST_KEPT;
            }
          });

  DeviceBoard(EvaluationCounters counters) {
    this.counters = counters;
  }

  synchronized void reported(ModelReport report) {
    String place = place(report);
    String key = place + " " + report.model();
    ModelReport before = latest.getOrDefault(key, ModelReport.none());
    ModelReport now = report.atLeast(before);
    latest.put(key, now);
    long refreshes = now.refreshes() - before.refreshes();
    long bytes = now.use().refreshBytes() - before.use().refreshBytes();
    counters.add(Counter.REFRESHES, refreshes);
    counters.add(Counter.REFRESH_BYTES, bytes);
    DeviceStatus device =
        devices
            .getOrDefault(place, DeviceStatus.of(report.executor(), report.device()))
            .plus(report.use(), now.builds() - before.builds(), refreshes, bytes);
    devices.put(place, lost.contains(report.executor()) ? device.lost() : device);
    drop();
  }

  /**
   * Forgets what an executor kept, which has ended. Its counts stay: tasks that it has completed
   * report when their pass ends.
   */
  synchronized void executorLost(String executor) {
    lost.add(executor);
    devices.replaceAll(
        (place, device) -> device.executor().equals(executor) ? device.lost() : device);
  }

  /** Forgets a model that is closed on all devices. */
  synchronized void modelClosed(String model) {
    latest.keySet().removeIf(key -> key.endsWith(" " + model));
    devices.replaceAll(
        (place, device) ->
            latest.keySet().stream().anyMatch(key -> key.startsWith(place + " "))
                ? device
                : device.freed());
  }

  private static String place(ModelReport report) {
    return report.executor() + " " + report.device();
  }

  synchronized List<DeviceStatus> all() {
    return List.copyOf(devices.values());
  }

  private void drop() {
    if (devices.size() > MOST_KEPT) {
      devices.values().removeIf(DeviceStatus::isLost);
      latest.values().removeIf(report -> !devices.containsKey(place(report)));
    }
  }
}
