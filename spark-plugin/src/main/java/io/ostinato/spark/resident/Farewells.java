package io.ostinato.spark.resident;

import io.ostinato.evaluation.EvaluationException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What executors that end themselves tell the driver, which would otherwise learn of it only as the
 * loss of an executor. Requires the plugin. Thread-safe.
 */
public final class Farewells {
  private static final Logger log = LoggerFactory.getLogger(Farewells.class);

  private final List<Farewell> heard = new ArrayList<>();
  private volatile @Nullable Channel channel;

  Farewells() {}

  private record Farewell(String executor, String reason) {}

  /** Sends a message from an executor to the driver, and waits until it is received. */
  public interface Channel {
    @Nullable Object ask(Object message) throws Exception;
  }

  /** Sets the channel for later farewells. */
  public void sayBy(Channel wanted) {
    channel = wanted;
  }

  /**
   * Tells the driver why this executor ends, if there is a channel. The message is a plain array,
   * so that it can be deserialized without Ostinato's classes.
   */
  void say(String executor, String reason) {
    Channel set = channel;
    if (set != null) {
      try {
        set.ask(new String[] {executor, reason});
      } catch (Exception e) { // the executor ends all the same
        log.warn("the driver can't be told why this executor ends: {}", e.toString());
      }
    }
  }

  /** Receives a message of {@link #say} on the driver; ignores others. */
  public void receive(@Nullable Object message) {
    if (message instanceof String[] said && said.length == 2) {
      log.warn("executor {} ends itself: {}; Spark replaces it", said[0], said[1]);
      synchronized (heard) {
        heard.add(new Farewell(said[0], said[1]));
      }
    }
  }

  /** The number of farewells that the driver has received so far. */
  public int count() {
    synchronized (heard) {
      return heard.size();
    }
  }

  /**
   * Adds the last farewell to a failure, if executors have ended themselves.
   *
   * @param since the number of farewells before the evaluation began
   */
  public EvaluationException explained(EvaluationException failure, int since) {
    Farewell last;
    int executors;
    synchronized (heard) {
      executors = heard.size() - since;
      if (executors <= 0) {
        return failure;
      }
      last = heard.get(heard.size() - 1);
    }
    String why =
        "; %s of the executors ended themselves, the last one (%s) because %s"
            .formatted(executors, last.executor(), last.reason());
    return new EvaluationException(
        failure.tag().orElse(null), failure.getMessage() + why, failure.problem() + why, failure);
  }
}
