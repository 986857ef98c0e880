package io.ostinato.spark.engine;

import io.ostinato.evaluation.SkippedRows;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.util.AccumulatorV2;

/**
 * The rows that each task has skipped, for tasks whose results don't go to the driver because they
 * are written. Spark adds what a task reports when it succeeds. A partition has one report, so
 * attempts that are repeated don't count twice. Thread-safe, since Spark serializes it with each
 * heartbeat.
 */
final class RowsSkipped extends AccumulatorV2<RowsSkipped.OfTask, Map<Integer, SkippedRows>> {
  private static final long serialVersionUID = 1;

  private final ConcurrentHashMap<Integer, SkippedRows> reports = new ConcurrentHashMap<>();

  /** The report of the task for a partition. */
  record OfTask(int partition, SkippedRows skipped) {}

  /** Creates and registers one for a new job. */
  static RowsSkipped registered(SparkContext context) {
    RowsSkipped skipped = new RowsSkipped();
    context.register(skipped);
    return skipped;
  }

  /** Reports all rows that the task of this thread has skipped so far. */
  void ofThisTask(SkippedRows skipped) {
    add(new OfTask(TaskContext.getPartitionId(), skipped));
  }

  /** The rows that all tasks have skipped. */
  SkippedRows all() {
    return reports.values().stream().reduce(SkippedRows.NONE, SkippedRows::plus);
  }

  @Override
  public void add(OfTask report) {
    reports.put(report.partition(), report.skipped());
  }

  @Override
  public void merge(AccumulatorV2<OfTask, Map<Integer, SkippedRows>> other) {
    reports.putAll(other.value());
  }

  @Override
  public Map<Integer, SkippedRows> value() {
    return new HashMap<>(reports);
  }

  @Override
  public boolean isZero() {
    return reports.isEmpty();
  }

  @Override
  public RowsSkipped copy() {
    RowsSkipped copy = new RowsSkipped();
    copy.reports.putAll(reports);
    return copy;
  }

  @Override
  public void reset() {
    reports.clear();
  }
}
