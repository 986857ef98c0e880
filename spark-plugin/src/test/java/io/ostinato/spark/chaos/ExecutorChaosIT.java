package io.ostinato.spark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.chaos.ChaosRun;
import io.ostinato.chaos.Differences;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Executors are killed with SIGKILL at random moments; each result has the bits of an undisturbed
 * evaluation. {@code -Dostinato.chaos.executors} is the number of kills of a long run.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs a second address of the loopback interface")
class ExecutorChaosIT {
  private static final int KILLS = Integer.getInteger("ostinato.chaos.executors", 0);

  /** Both tests together: 18 evaluations. */
  private static final int WITH_SPECULATION = 12;

  private static final int WITH_DYNAMIC_ALLOCATION = 6;

  @TempDir static Path shared;
  private static KilledCluster cluster;
  @TempDir Path folder;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    cluster = KilledCluster.start(shared);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Tag("spark35")
  @Test
  void resultsAreExactWhateverDiesWithSpeculation() throws Exception {
    run("executors killed, with speculation", WITH_SPECULATION, Map.of(), ChaosRun.SEED);
  }

  @Test
  void resultsAreExactWhateverDiesWithDynamicAllocation() throws Exception {
    Map<String, String> settings =
        Map.of(
            "spark.dynamicAllocation.enabled", "true",
            "spark.dynamicAllocation.shuffleTracking.enabled", "true",
            "spark.dynamicAllocation.minExecutors", "1",
            "spark.dynamicAllocation.initialExecutors", "2",
            "spark.dynamicAllocation.maxExecutors", "2",
            "spark.dynamicAllocation.schedulerBacklogTimeout", "1s",
            "spark.dynamicAllocation.executorIdleTimeout", "1s",
            "spark.dynamicAllocation.cachedExecutorIdleTimeout", "2s");
    run(
        "executors killed, with dynamic allocation",
        WITH_DYNAMIC_ALLOCATION,
        settings,
        ChaosRun.SEED + 1);
  }

  private void run(String what, int evaluations, Map<String, String> more, long seed)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    int before = cluster.killed();
    try (SparkSession session =
            TestSpark.cluster(cluster.url(), "-XX:+UseSerialGC", settings(more));
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      ExecutorKills kills = new ExecutorKills(cluster, folder);
      session.sparkContext().addSparkListener(kills);
      ExecutorChaos chaos =
          new ExecutorChaos(session, engine, kills, folder, KILLS > 0 ? 1.5 : 0.35, seed);
      int least = KILLS > 0 ? KILLS / 2 : evaluations / 5;
      for (int i = 0; i < evaluations || cluster.killed() - before < least; i++) {
        chaos.evaluate(i);
      }
      ChaosRun.add(
          new ChaosRun.Row(
              what,
              cluster.killed() - before,
              chaos.compared(),
              chaos.differences(),
              session.version(),
              Duration.ofNanos(System.nanoTime() - start)));
      assertThat(chaos.differences()).as("seed %s", ChaosRun.SEED).isEqualTo(Differences.NONE);
      assertThat(kills.copies()).as("copies of slow tasks").isPositive();
    }
  }

  /** Each task may die often, all that is slow is copied, and results take the longest way. */
  private static Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("spark.plugins", OstinatoPlugin.class.getName());
    settings.put("spark.executor.memory", "512m");
    settings.put("spark.executor.cores", "1");
    settings.put("spark.task.maxFailures", "1000");
    settings.put("spark.stage.maxConsecutiveAttempts", "1000");
    settings.put("spark.deploy.maxExecutorRetries", "-1");
    settings.put("spark.speculation", "true");
    settings.put("spark.speculation.interval", "20ms");
    settings.put("spark.speculation.quantile", "0.3");
    settings.put("spark.speculation.multiplier", "1.2");
    settings.put("spark.speculation.efficiency.enabled", "false");
    settings.put("spark.speculation.task.duration.threshold", "500ms");
    settings.put("spark.locality.wait", "0");
    settings.put("spark.shuffle.io.retryWait", "50ms");
    settings.put("spark.task.maxDirectResultSize", "4k");
    settings.put("spark.ostinato.blocks.store", "12k");
    settings.put("spark.ostinato.evaluations.treeTasks", "6");
    return settings;
  }
}
