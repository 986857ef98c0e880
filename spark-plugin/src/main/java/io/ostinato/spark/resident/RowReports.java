package io.ostinato.spark.resident;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the progress of running tasks, in rows, to the driver. For display only: nothing depends
 * on reports arriving. Thread-safe.
 */
public final class RowReports {
  private static final Logger log = LoggerFactory.getLogger(RowReports.class);
  private static final Sender NOWHERE = message -> {};

  private final Map<Long, Evaluation> evaluations = new ConcurrentHashMap<>();
  private volatile Sender sender = NOWHERE;

  RowReports() {}

  /** Receives the reports of a running evaluation, on the driver. */
  public interface Evaluation {
    /** Called when an attempt of this partition's task has run {@code rows} of its rows so far. */
    void told(int partition, long rows);
  }

  /** Sends messages from an executor to the driver. */
  public interface Sender {
    void send(Object message) throws IOException;
  }

  /** Registers an evaluation for the reports of its tasks, until {@link #forget}. */
  public void listen(long id, Evaluation evaluation) {
    evaluations.put(id, evaluation);
  }

  public void forget(long id) {
    evaluations.remove(id);
  }

  /** Sets the sender for later reports. */
  public void sendBy(Sender wanted) {
    sender = wanted;
  }

  /** Reports to an evaluation of this process; returns false if there is none with this id. */
  public boolean tell(long id, int partition, long rows) {
    Evaluation evaluation = evaluations.get(id);
    if (evaluation != null) {
      evaluation.told(partition, rows);
    }
    return evaluation != null;
  }

  /**
   * Sends a report to the driver, if there is a sender. The message is a plain array, so that it
   * can be deserialized without Ostinato's classes.
   */
  public void send(long id, int partition, long rows) {
    try {
      sender.send(new long[] {id, partition, rows});
    } catch (IOException | RuntimeException e) {
      sender = NOWHERE;
      log.info("progress is now updated only by heartbeats and finished tasks: {}", e + "");
    }
  }

  /** Receives a message of {@link #send}; ignores others. */
  public void receive(@Nullable Object message) {
    if (message instanceof long[] report && report.length == 3) {
      tell(report[0], (int) report[1], report[2]);
    }
  }
}
