package io.ostinato.spark.engine;

import io.ostinato.spark.resident.RowReports;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.util.AccumulatorV2;

/**
 * How many rows are done of each partition: the largest number that any attempt of its task has
 * told. So an attempt that is repeated or speculative counts no row twice, whatever arrives in
 * which order, or not at all. It is for display only. Thread-safe, since Spark serializes it with
 * each heartbeat while the task adds.
 */
final class RowsDone extends AccumulatorV2<RowsDone.Told, Map<Integer, Long>>
    implements RowReports.Evaluation {
  private static final long serialVersionUID = 1;

  private final ConcurrentHashMap<Integer, Long> rows = new ConcurrentHashMap<>();

  /**
   * What an attempt of a task tells.
   *
   * @param rows of the partition that it has run so far
   */
  record Told(int partition, long rows) {}

  /** Of a job to come; without a name, so that Spark's pages and logs don't have it. */
  static RowsDone registered(SparkContext context) {
    RowsDone done = new RowsDone();
    context.register(done);
    return done;
  }

  @Override
  public void told(int partition, long done) {
    rows.merge(partition, done, Math::max);
  }

  /** The rows of all partitions. */
  long sum() {
    return rows.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void add(Told told) {
    told(told.partition(), told.rows());
  }

  @Override
  public void merge(AccumulatorV2<Told, Map<Integer, Long>> other) {
    other.value().forEach(this::told);
  }

  @Override
  public Map<Integer, Long> value() {
    return new HashMap<>(rows);
  }

  @Override
  public boolean isZero() {
    return rows.isEmpty();
  }

  @Override
  public RowsDone copy() {
    RowsDone copy = new RowsDone();
    copy.rows.putAll(rows);
    return copy;
  }

  @Override
  public void reset() {
    rows.clear();
  }
}
