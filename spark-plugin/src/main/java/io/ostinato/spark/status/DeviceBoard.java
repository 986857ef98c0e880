package io.ostinato.spark.status;

import io.ostinato.spark.status.EvaluationCounters.Counter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The devices of an application's executors, from the reports of tasks. Thread-safe. */
final class DeviceBoard {
  /** Devices of executors that have ended are dropped first. */
  private static final int MOST_KEPT = 1_000;

  private final EvaluationCounters counters;
  private final Map<String, DeviceStatus> devices = new TreeMap<>();
  private final Map<String, ModelReport> latest = new TreeMap<>();

  DeviceBoard(EvaluationCounters counters) {
    this.counters = counters;
  }

  synchronized void reported(ModelReport report) {
    String place = report.executor() + " " + report.device();
    String key = place + " " + report.model();
    ModelReport before = latest.getOrDefault(key, ModelReport.none());
    if (report.use().change() < before.use().change()) {
      return; // a task that ended earlier
    }
    latest.put(key, report);
    ModelReport since = report.since(before);
    counters.add(Counter.REFRESHES, since.refreshes());
    counters.add(Counter.REFRESH_BYTES, since.use().refreshBytes());
    devices.put(
        place,
        devices
            .getOrDefault(place, DeviceStatus.of(report.executor(), report.device()))
            .plus(report.use(), since.builds(), since.refreshes(), since.use().refreshBytes()));
    drop();
  }

  /** Forgets what an executor kept, which has ended. */
  synchronized void executorLost(String executor) {
    devices.replaceAll(
        (place, device) -> device.executor().equals(executor) ? device.lost() : device);
    latest.keySet().removeIf(key -> key.startsWith(executor + " "));
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

  synchronized List<DeviceStatus> all() {
    return List.copyOf(devices.values());
  }

  private void drop() {
    if (devices.size() > MOST_KEPT) {
      devices.values().removeIf(DeviceStatus::isLost);
    }
  }
}
