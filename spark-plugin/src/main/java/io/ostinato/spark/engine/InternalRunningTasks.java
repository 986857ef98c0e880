package io.ostinato.spark.engine;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;

/**
 * The tasks that run for evaluations, from Spark's events, which come with a short delay and may be
 * dropped. For messages only. Spark's event listener is a developer API. Thread-safe.
 */
final class InternalRunningTasks extends SparkListener {
  /** The local property that identifies the jobs of a pass. */
  static final String JOBS = "ostinato.jobs";

  private static final int MOST_NAMED = 8;
  private static final int MOST_FOLLOWERS = 200;

  /** The number of tasks that have ended in each of the jobs that are not forgotten. */
  private final Map<String, Long> ended = new ConcurrentHashMap<>();

  /**
   * Called with the number of each job that begins; Spark may tell of short jobs after their end.
   */
  private final Map<String, IntConsumer> followers =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, IntConsumer> eldest) {
              return size() > MOST_FOLLOWERS;
            }
          });

  private final Map<Integer, String> stages = new ConcurrentHashMap<>();
  private final Map<Long, Running> running = new ConcurrentHashMap<>();

  private record Running(String jobs, int partition, String executor, String host) {
    String text(RowsDone rows) {
      String place = "partition %s on executor %s (%s)".formatted(partition, executor, host);
      return rows.of(partition).isPresent()
          ? "%s, %s rows done".formatted(place, rows.of(partition).getAsLong())
          : place;
    }
  }

  @Override
  public void onJobStart(SparkListenerJobStart job) {
    Properties properties = job.properties();
    String jobs = properties == null ? null : properties.getProperty(JOBS);
    IntConsumer follower = jobs == null ? null : followers.get(jobs);
    if (follower != null) {
      follower.accept(job.jobId());
    }
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted stage) {
    Properties properties = stage.properties();
    String jobs = properties == null ? null : properties.getProperty(JOBS);
    if (jobs != null && ended.containsKey(jobs)) {
      stages.put(stage.stageInfo().stageId(), jobs);
    }
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart task) {
    String jobs = stages.get(task.stageId());
    if (jobs != null) {
      TaskInfo info = task.taskInfo();
      running.put(
          info.taskId(), new Running(jobs, info.partitionId(), info.executorId(), info.host()));
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd task) {
    TaskInfo info = task.taskInfo();
    Running before = info == null ? null : running.remove(info.taskId());
    if (before != null) {
      ended.computeIfPresent(before.jobs(), (jobs, count) -> count + 1);
    }
  }

  /**
   * Follows the tasks of jobs that are about to begin, until {@link #forget}.
   *
   * @param started called with the number of each of these jobs
   */
  void follow(String jobs, IntConsumer started) {
    ended.put(jobs, 0L);
    followers.put(jobs, started);
  }

  /** The number of tasks that have ended in these jobs. */
  long ended(String jobs) {
    return Objects.requireNonNullElse(ended.get(jobs), 0L);
  }

  /** Names the tasks that run in these jobs, each with its place and its rows. */
  String text(String jobs, RowsDone rows) {
    List<Running> all =
        running.values().stream()
            .filter(task -> task.jobs().equals(jobs))
            .sorted(Comparator.comparingInt(Running::partition))
            .toList();
    if (all.isEmpty()) {
      return "no task is running, so it waits for executors, free task slots, or the driver";
    }
    String named =
        all.stream()
            .limit(MOST_NAMED)
            .map(task -> task.text(rows))
            .collect(Collectors.joining("; "));
    return "still running: "
        + named
        + (all.size() > MOST_NAMED ? "; and %s more".formatted(all.size() - MOST_NAMED) : "");
  }

  /** Forgets jobs that are over. */
  void forget(String jobs) {
    ended.remove(jobs);
    stages.values().removeIf(jobs::equals);
    running.values().removeIf(task -> task.jobs().equals(jobs));
  }
}
