package io.ostinato.spark.engine;

import io.ostinato.spark.resident.RowReports;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.util.AccumulatorV2;

/**
 * The number of finished rows of each partition: the largest number that any attempt of its task
 * has reported. Repeated and speculative attempts therefore don't count rows twice, even if reports
 * arrive out of order or get lost. For display only. Thread-safe, since Spark serializes it with
 * each heartbeat while the task adds to it.
 */
final class RowsDone extends AccumulatorV2<RowsDone.Told, Map<Integer, Long>>
    implements RowReports.Evaluation {
  private static final long serialVersionUID = 1;

  private final ConcurrentHashMap<Integer, Long> rows = new ConcurrentHashMap<>();

  /**
   * A report of a task attempt.
   *
   * @param rows number of rows of the partition that it has run so far
   */
  record Told(int partition, long rows) {}

  /**
   * Creates and registers one for a new job; without a name, to keep it out of Spark's UI and logs.
   */
  static RowsDone registered(SparkContext context) {
    RowsDone done = new RowsDone();
    context.register(done);
    return done;
  }

  @Override
  public void told(int partition, long done) {
    rows.merge(partition, done, Math::max);
  }

  /** The number of finished rows of all partitions. */
  long sum() {
    return rows.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The number of finished rows of a partition; empty if none has been reported. */
  OptionalLong of(int partition) {
    Long done = rows.get(partition);
    return done == null ? OptionalLong.empty() : OptionalLong.of(done);
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
