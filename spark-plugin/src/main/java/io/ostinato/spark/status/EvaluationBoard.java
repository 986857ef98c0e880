package io.ostinato.spark.status;

import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.spark.status.EvaluationCounters.Counter;
import io.ostinato.weights.Manifest;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the evaluations of an application do, on its driver: those in flight, the latest of those
 * that have ended, devices, datasets and counters. Its size is bounded, however many evaluations an
 * application runs. For display and metrics only. Thread-safe.
 */
public final class EvaluationBoard {
  /** The number of ended passes that are kept, unless set. */
  static final int USUALLY_RETAINED = 100;

  private static final int MOST_DATASETS = 100;

  private final Clock clock;
  private final EvaluationCounters counters = new EvaluationCounters();
  private final DeviceBoard devices = new DeviceBoard(counters);

  // Guarded by this.
  private final Map<Long, PassStatus> inFlight = new LinkedHashMap<>();
  private final Deque<PassStatus> ended = new ArrayDeque<>();
  private final Map<String, DatasetStatus> datasets = new LinkedHashMap<>();
  private final Set<Object> seen = new HashSet<>();
  private int retained = USUALLY_RETAINED;
  private long begun;
  private long newestSuccess;

  /** Starts empty. */
  public EvaluationBoard(Clock clock) {
    this.clock = clock;
    this.newestSuccess = clock.millis();
  }

  /** Returns true the first time it is called with this key. */
  public synchronized boolean isFirst(Object key) {
    return seen.add(key);
  }

  /** Sets how many ended passes are kept. */
  public synchronized void retain(int passes) {
    retained = passes;
    trim();
  }

  /**
   * Begins a pass, which is in flight until {@link #succeeded} or {@link #failed}.
   *
   * @param tags of the evaluations that share it, at least one
   * @param weights the evaluated weights
   */
  public synchronized PassStatus begin(List<EvaluationTag> tags, Manifest weights) {
    PassStatus pass = new PassStatus(++begun, tags, weights, clock::millis);
    inFlight.put(pass.number(), pass);
    return pass;
  }

  /**
   * Ends a pass whose results are there.
   *
   * @param tasks number of tasks that evaluated it
   */
  public synchronized void succeeded(
      PassStatus pass, EvaluationTimings timings, long rows, int tasks) {
    if (pass.succeeded(timings, rows, tasks)) {
      newestSuccess = Math.max(newestSuccess, pass.beganMillis());
      add(timings);
      counters.add(Counter.TASKS, tasks);
      end(pass);
    }
  }

  private void add(EvaluationTimings timings) {
    counters.addPass(timings);
    counters.add(Counter.REFRESH, timings.refresh().toNanos());
    counters.add(Counter.READ, timings.read().toNanos());
    counters.add(Counter.FORWARD, timings.forward().toNanos());
  }

  /** Ends a pass that has failed or was cancelled; returns false if it had ended before. */
  public synchronized boolean failed(PassStatus pass, String problem) {
    boolean ends = pass.failed(problem);
    if (ends) {
      counters.add(Counter.FAILED_EVALUATIONS, pass.evaluations());
      end(pass);
    }
    return ends;
  }

  private void end(PassStatus pass) {
    inFlight.remove(pass.number());
    ended.addFirst(pass);
    trim();
  }

  private void trim() {
    while (ended.size() > retained) {
      ended.removeLast();
    }
  }

  /** A dataset was prepared; the same one can be prepared again. */
  public synchronized void prepared(DatasetStatus dataset) {
    datasets.putIfAbsent(dataset.id(), dataset);
    if (datasets.size() > MOST_DATASETS) {
      datasets.remove(datasets.keySet().iterator().next());
    }
  }

  /** Forgets datasets that are released. */
  public synchronized void released(Predicate<DatasetStatus> condition) {
    datasets.values().removeIf(condition);
  }

  /** A task has reported about the model that it used. */
  public void reported(ModelReport report) {
    devices.reported(report);
  }

  /** An executor has ended. */
  public void executorLost(String executor) {
    devices.executorLost(executor);
  }

  /** A model is closed, and is not reported again. */
  public void modelClosed(String model) {
    devices.modelClosed(model);
  }

  /** The counters of the application, including the work of its executors. */
  public EvaluationCounters counters() {
    return counters;
  }

  /** The number of passes in flight. */
  public synchronized int passesInFlight() {
    return inFlight.size();
  }

  /**
   * The time since the newest successful evaluation received its weights; since the start of the
   * application if there is none. In milliseconds.
   */
  public synchronized long stalenessMillis() {
    return Math.max(0, clock.millis() - newestSuccess);
  }

  /** Size of the weights loaded on all devices, in bytes. */
  public long residentBytes() {
    return devices.all().stream().mapToLong(device -> device.use().weightBytes()).sum();
  }

  /** Size of the batches of datasets that executors store, in bytes. */
  public long storedBytes() {
    return known().stream()
        .filter(dataset -> dataset.isStored().getAsBoolean())
        .mapToLong(DatasetStatus::sizeBytes)
        .sum();
  }

  /** What is shown of the application at a moment, as JSON. */
  public String json() {
    return BoardJson.of(view()).toString();
  }

  private List<DatasetStatus> known() {
    synchronized (this) {
      return List.copyOf(datasets.values());
    }
  }

  /** Everything that is shown at a moment. */
  record View(
      long nowMillis,
      List<PassStatus.View> inFlight,
      List<PassStatus.View> ended,
      List<DeviceStatus> devices,
      List<DatasetStatus> datasets,
      EvaluationCounters counters,
      long stalenessMillis) {}

  View view() {
    List<PassStatus> flying;
    List<PassStatus> over;
    synchronized (this) {
      flying = new ArrayList<>(inFlight.values());
      over = new ArrayList<>(ended);
    }
    return new View(
        clock.millis(),
        flying.stream().map(PassStatus::view).toList(),
        over.stream().map(PassStatus::view).toList(),
        devices.all(),
        known(),
        counters,
        stalenessMillis());
  }
}
