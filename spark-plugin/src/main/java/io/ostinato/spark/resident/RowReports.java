package io.ostinato.spark.resident;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How what tasks tell about their rows reaches the driver while they run. It is shown and nothing
 * else: nothing depends on whether it arrives. Thread-safe.
 */
public final class RowReports {
  private static final Logger log = LoggerFactory.getLogger(RowReports.class);
  private static final Sender NOWHERE = message -> {};

  private final Map<Long, Evaluation> evaluations = new ConcurrentHashMap<>();
  private volatile Sender sender = NOWHERE;

  RowReports() {}

  /** An evaluation that runs, on the driver. */
  public interface Evaluation {
    /** An attempt of the task of this partition has run so many of its rows. */
    void told(int partition, long rows);
  }

  /** A way from an executor to the driver. */
  public interface Sender {
    void send(Object message) throws IOException;
  }

  /** Tells an evaluation what its tasks tell, until it is {@link #forget forgotten}. */
  public void listen(long id, Evaluation evaluation) {
    evaluations.put(id, evaluation);
  }

  public void forget(long id) {
    evaluations.remove(id);
  }

  /** Sends by this from now on. */
  public void sendBy(Sender wanted) {
    sender = wanted;
  }

  /** Tells an evaluation of this process; false if it isn't one, or is over. */
  public boolean tell(long id, int partition, long rows) {
    Evaluation evaluation = evaluations.get(id);
    if (evaluation != null) {
      evaluation.told(partition, rows);
    }
    return evaluation != null;
  }

  /** Sends it to the driver, where there is a way; the message has no class of ours to look for. */
  public void send(long id, int partition, long rows) {
    try {
      sender.send(new long[] {id, partition, rows});
    } catch (IOException | RuntimeException e) {
      sender = NOWHERE;
      log.info("progress is shown with heartbeats and finished tasks from now on: {}", e + "");
    }
  }

  /** Takes what {@link #send} has sent. */
  public void receive(@Nullable Object message) {
    if (message instanceof long[] report && report.length == 3) {
      tell(report[0], (int) report[1], report[2]);
    }
  }
}
