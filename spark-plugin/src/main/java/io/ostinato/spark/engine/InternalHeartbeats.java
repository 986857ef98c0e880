package io.ostinato.spark.engine;

import io.ostinato.spark.resident.RowReports;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import scala.Tuple4;
import scala.collection.Iterable;
import scala.collection.Iterator;

/**
 * Reads how many rows tasks have run from the heartbeats of their executors. Spark has a public
 * event for this, but its getter returns a different Scala collection type in 2.12 and 2.13.
 */
final class InternalHeartbeats extends SparkListener implements AutoCloseable {
  private static final int UPDATES = 1;

  private final SparkContext context;
  private final RowReports reports;

  private InternalHeartbeats(SparkContext context, RowReports reports) {
    this.context = context;
    this.reports = reports;
  }

  static InternalHeartbeats listen(SparkContext context, RowReports reports) {
    InternalHeartbeats heartbeats = new InternalHeartbeats(context, reports);
    context.addSparkListener(heartbeats);
    return heartbeats;
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
    Iterator<?> tasks = ((Iterable<?>) heartbeat.productElement(UPDATES)).iterator();
    while (tasks.hasNext()) {
      Iterator<?> updates = ((Iterable<?>) ((Tuple4<?, ?, ?, ?>) tasks.next())._4()).iterator();
      while (updates.hasNext()) {
        read((AccumulableInfo) updates.next());
      }
    }
  }

  private void read(AccumulableInfo update) {
    if (update.update().isDefined() && update.update().get() instanceof Map<?, ?> rows) {
      rows.forEach(
          (partition, done) -> {
            if (partition instanceof Integer index && done instanceof Long count) {
              reports.tell(update.id(), index, count);
            }
          });
    }
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}
