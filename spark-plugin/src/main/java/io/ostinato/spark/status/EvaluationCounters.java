package io.ostinato.spark.status;

import io.ostinato.evaluation.EvaluationTimings;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counters of evaluations since the start of a process or of an application, exposed as Spark
 * metrics. Thread-safe.
 */
public final class EvaluationCounters {

  /** The counters; times are in nanoseconds. */
  public enum Counter {
    EVALUATIONS("evaluations"),
    FAILED_EVALUATIONS("failedEvaluations"),
    ROWS("rows"),
    WEIGHT_BYTES_SENT("weightBytesSent"),
    PREPARE("prepareNanos"),
    SEND("sendNanos"),
    JOB("jobNanos"),
    COLLECT("collectNanos"),
    PROCESS("processNanos"),
    TASKS("tasks"),
    REFRESHES("refreshes"),
    REFRESH_BYTES("refreshBytes"),
    REFRESH("refreshNanos"),
    READ("readNanos"),
    FORWARD("forwardNanos");

    private final String metric;

    Counter(String metric) {
      this.metric = metric;
    }

    /** The name of the Spark metric of a process. */
    public String metric() {
      return metric;
    }
  }

  private final Map<Counter, LongAdder> counts = new EnumMap<>(Counter.class);

  /** Starts at zero. */
  public EvaluationCounters() {
    for (Counter counter : Counter.values()) {
      counts.put(counter, new LongAdder());
    }
  }

  public void add(Counter counter, long amount) {
    adder(counter).add(amount);
  }

  /** Adds the time that a pass took on the driver. */
  public void addPass(EvaluationTimings timings) {
    add(Counter.PREPARE, timings.prepare().toNanos());
    add(Counter.SEND, timings.send().toNanos());
    add(Counter.JOB, timings.job().toNanos());
    add(Counter.COLLECT, timings.collect().toNanos());
  }

  public long get(Counter counter) {
    return adder(counter).sum();
  }

  private LongAdder adder(Counter counter) {
    LongAdder adder = counts.get(counter);
    if (adder == null) {
      throw new IllegalStateException("unknown counter " + counter);
    }
    return adder;
  }
}
