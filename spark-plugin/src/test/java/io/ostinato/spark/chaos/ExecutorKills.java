package io.ostinato.spark.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/** Kills executors when their moments have come. */
final class ExecutorKills extends SparkListener {
  private final KilledCluster cluster;
  private final Path folder;
  private final List<Kill> planned = new ArrayList<>();
  private int evaluation;
  private int copies;

  /**
   * Kills executors of a cluster.
   *
   * @param folder where tasks leave word that they have killed their process
   */
  ExecutorKills(KilledCluster cluster, Path folder) {
    this.cluster = cluster;
    this.folder = folder;
  }

  /** The number of copies of slow tasks that Spark has started. */
  synchronized int copies() {
    return copies;
  }

  /** Plans the kills of the next evaluation. */
  synchronized void plan(List<Kill> kills) {
    evaluation++;
    planned.clear();
    planned.addAll(kills);
  }

  /** The file that a task creates before it kills its process. */
  synchronized Path word(int kill) {
    return folder.resolve("killed-%s-%s".formatted(evaluation, kill));
  }

  /**
   * Counts the processes that tasks have killed, and kills now for what has not come in the
   * evaluation: the next one begins with that.
   *
   * @param atRows number of kills that tasks were given
   */
  void settle(int atRows) throws IOException, InterruptedException {
    int overdue;
    synchronized (this) {
      overdue = planned.size();
      planned.clear();
    }
    for (int i = 0; i < atRows; i++) {
      if (Files.exists(word(i))) {
        cluster.hasDied(Long.parseLong(Files.readString(word(i))));
      } else {
        overdue++;
      }
    }
    for (int i = 0; i < overdue; i++) {
      cluster.killNext(i);
    }
  }

  @Override
  public void onJobStart(SparkListenerJobStart event) {
    came(Moment.JOB_STARTED);
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted event) {
    came(Moment.STAGE_SUBMITTED);
  }

  @Override
  public void onStageCompleted(SparkListenerStageCompleted event) {
    came(Moment.STAGE_COMPLETED);
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart event) {
    if (event.taskInfo().speculative()) {
      synchronized (this) {
        copies++;
      }
    }
    came(Moment.TASK_STARTED);
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd event) {
    came(Moment.TASK_ENDED);
  }

  @Override
  public void onBlockUpdated(SparkListenerBlockUpdated event) {
    came(Moment.BLOCK_UPDATED);
  }

  private synchronized void came(Moment moment) {
    for (int i = planned.size() - 1; i >= 0; i--) {
      Kill kill = planned.get(i);
      if (kill.moment() != moment) {
        continue;
      }
      if (kill.countdown() > 1) {
        planned.set(i, kill.next());
      } else if (cluster.kill(kill.executor())) {
        planned.remove(i);
      }
    }
  }
}
