package io.ostinato.jobs.bench;

import com.sun.management.OperatingSystemMXBean;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.jobs.bench.CostCase.Data;
import io.ostinato.jobs.bench.CostMeasurement.Use;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.SparkSession;

/** Measures cases in turn, in one Spark application. */
final class CostSession implements AutoCloseable {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final SparkSession spark;
  private final SparkEvaluationEngine engine;
  private final CostNets nets;
  private final Cluster cluster;
  private final CostLimits limits;
  private final Random random = new Random(1);
  private final Map<Data, SparkDataset> data = new HashMap<>();

  /** The executors that are measured, which share the processors of this machine. */
  record Cluster(int executors, int slots, Use use) {}

  /**
   * How long the cases of a session are measured, after a warm-up.
   *
   * @param warmUpSeconds for each process: their compilers share the processors
   */
  record Length(double warmUpSeconds, double seconds, int fewestRounds) {}

  private record Times(CostCase which, List<Double> seconds, List<Double> driver) {
    void forget() {
      seconds.clear();
      driver.clear();
    }
  }

  CostSession(SparkSession spark, Cluster cluster, CostNets nets, CostLimits limits) {
    this.spark = spark;
    this.cluster = cluster;
    this.nets = nets;
    this.limits = limits;
    engine = SparkEvaluationEngine.of(spark);
  }

  /** Measures all cases once in each round, and returns their medians. */
  List<CostMeasurement> measure(List<CostCase> cases, Length length) throws Exception {
    List<Times> times =
        cases.stream().map(one -> new Times(one, new ArrayList<>(), new ArrayList<>())).toList();
    int warmUp = rounds(times, cases, length.warmUpSeconds() * (1 + cluster.executors()), 1);
    times.forEach(Times::forget);
    int rounds = rounds(times, cases, length.seconds(), length.fewestRounds());
    System.out.println(
        "executors: %s, slots of each: %s, rounds: %s after %s for warm-up"
            .formatted(cluster.executors(), cluster.slots(), rounds, warmUp));
    return times.stream().map(this::measurement).toList();
  }

  /** Returns the number of rounds. */
  private int rounds(List<Times> times, List<CostCase> cases, double seconds, int fewest)
      throws Exception {
    long start = System.nanoTime();
    int round = 0;
    List<Times> order = new ArrayList<>(times);
    while (round < fewest || since(start) < seconds) {
      Collections.shuffle(order, random); // a case may leave work to the next one
      order.forEach(this::measure);
      limits.measure(cases);
      round++;
    }
    return round;
  }

  private void measure(Times times) {
    CostCase which = times.which();
    CostNets.Trained trained = nets.of(which.net());
    trained.change();
    SparkDataset rows = data.computeIfAbsent(which.data(), this::dataset);
    long processor = PROCESS.getProcessCpuTime();
    long start = System.nanoTime();
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("costs", new TrainingIteration(1, 1, 1), "bench"),
            rows,
            BenchSpark.BATCH,
            trained.source(),
            trained.snapshot(),
            which.returned().processor(),
            which.returned().metrics());
    engine.evaluate(request, ProgressDisplay.silent()).close();
    times.seconds().add(since(start));
    times.driver().add((PROCESS.getProcessCpuTime() - processor) / 1e9);
  }

  private SparkDataset dataset(Data which) {
    return BenchSpark.dataset(
        spark
            .range(0, which.rows(), 1, which.partitions())
            .selectExpr(BenchSpark.row(which.width()), "id % 10 as class"),
        which.width());
  }

  private CostMeasurement measurement(Times times) {
    CostCase which = times.which();
    CostLoad load =
        new CostLoad(
            which.data().rows(),
            which.data().rowBytes(),
            limits.least(which.net()),
            nets.of(which.net()).snapshot().sizeBytes(),
            which.returned().bytes(which.data()),
            which.data().partitions(),
            1,
            Runtime.getRuntime().availableProcessors(),
            cluster.executors(),
            cluster.slots());
    return new CostMeasurement(
        load,
        cluster.use() == Use.FITTED ? which.use() : cluster.use(),
        Rounds.median(times.seconds()),
        // The resolution of processor time is too low for a median.
        times.driver().stream().mapToDouble(Double::doubleValue).average().orElseThrow());
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    engine.close();
    spark.stop();
  }
}
