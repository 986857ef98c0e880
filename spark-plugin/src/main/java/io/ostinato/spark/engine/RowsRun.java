package io.ostinato.spark.engine;

import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.evaluation.SkippedRows;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.util.AccumulatorV2;

/**
 * The rows that tasks have run or skipped whose results don't go to the driver, because they are
 * written. Spark adds what a task reports when the task of a final stage succeeds, before the job
 * ends. Each partition has one report, so attempts that are repeated are not counted twice.
 * Thread-safe, since Spark serializes it with each heartbeat.
 */
final class RowsRun extends AccumulatorV2<RowsRun.OfTask, Map<Integer, byte[]>> {
  private static final long serialVersionUID = 1;

  private final ConcurrentHashMap<Integer, byte[]> reports = new ConcurrentHashMap<>();

  /**
   * The report of a task.
   *
   * @param report a serialized {@link Report}
   */
  record OfTask(int task, byte[] report) {}

  private record Report(Coverage coverage, SkippedRows skipped, Attempts attempts)
      implements Serializable {}

  /** Creates and registers one for a new job. */
  static RowsRun registered(SparkContext context) {
    RowsRun run = new RowsRun();
    context.register(run);
    return run;
  }

  /** Reports all rows that the task of this thread has run or skipped. */
  void ofThisTask(Coverage coverage, SkippedRows skipped) {
    Report report = new Report(coverage, skipped, TaskAttempt.ofThisTask());
    add(new OfTask(TaskContext.getPartitionId(), SerializedBytes.of(report)));
  }

  /** The rows that all tasks have run. */
  Coverage coverage() {
    Coverage all = new Coverage();
    reports.values().forEach(report -> all.merge(read(report).coverage()));
    return all;
  }

  /** The rows that all tasks have skipped. */
  SkippedRows skipped() {
    return reports.values().stream()
        .map(report -> read(report).skipped())
        .reduce(SkippedRows.NONE, SkippedRows::plus);
  }

  Attempts attempts() {
    return reports.values().stream()
        .map(report -> read(report).attempts())
        .reduce(Attempts.NONE, Attempts::plus);
  }

  private static Report read(byte[] report) {
    return SerializedBytes.read(report, Report.class);
  }

  @Override
  public void add(OfTask told) {
    reports.put(told.task(), told.report());
  }

  @Override
  public void merge(AccumulatorV2<OfTask, Map<Integer, byte[]>> other) {
    reports.putAll(other.value());
  }

  @Override
  public Map<Integer, byte[]> value() {
    return new HashMap<>(reports);
  }

  @Override
  public boolean isZero() {
    return reports.isEmpty();
  }

  @Override
  public RowsRun copy() {
    RowsRun copy = new RowsRun();
    copy.reports.putAll(reports);
    return copy;
  }

  @Override
  public void reset() {
    reports.clear();
  }
}
