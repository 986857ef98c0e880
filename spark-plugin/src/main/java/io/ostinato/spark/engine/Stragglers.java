package io.ostinato.spark.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;

/**
 * Tasks that keep running after their job has failed and may still write files.
 *
 * @param tag of the jobs
 */
record Stragglers(JavaSparkContext context, String tag) {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Waits until there are none, up to a maximum time; an interrupt is restored afterwards. */
  void await(Duration most) {
    boolean interrupted = Thread.interrupted();
    long end = System.nanoTime() + most.toNanos();
    while (active() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(POLL_NANOS);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private int active() {
    JavaSparkStatusTracker tracker = context.statusTracker();
    return IntStream.of(context.sc().statusTracker().getJobIdsForTag(tag))
        .mapToObj(tracker::getJobInfo)
        .filter(Objects::nonNull)
        .flatMapToInt(job -> IntStream.of(job.stageIds()))
        .mapToObj(tracker::getStageInfo)
        .filter(Objects::nonNull)
        .mapToInt(SparkStageInfo::numActiveTasks)
        .sum();
  }
}
