package io.ostinato.jobs.bench;

import io.ostinato.jobs.bench.CostMeasurement.Use;
import io.ostinato.jobs.bench.CostSession.Cluster;
import io.ostinato.jobs.bench.CostSession.Length;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * A model of the time of an evaluation, fitted to measurements, with its error on others, and what
 * it predicts for many executors. Prints Markdown, and writes it with the measurements and a plot
 * to {@code costs}.
 */
record CostsBenchmark(Path output, Options options) implements Benchmark {
  /** Executors are compared on as many processors; what goes beyond is held out. */
  private static final List<Cluster> CLUSTERS =
      List.of(
          new Cluster(1, 1, Use.FITTED),
          new Cluster(1, 2, Use.FITTED),
          new Cluster(2, 1, Use.FITTED),
          new Cluster(4, 1, Use.BEYOND));

  private static final Length LENGTH = new Length(20, 22, 3);

  /** Starts a Spark application. */
  @FunctionalInterface
  interface Start {
    SparkSession with(Cluster cluster, String... conf) throws IOException;
  }

  /**
   * What to measure.
   *
   * @param file earlier measurements to fit instead; blank to measure
   */
  record Options(String file, CostGrid grid, List<Cluster> clusters, Length length, Start start) {

    /** Those of the system property {@code bench.costs.file}. */
    static Options ofProperties() {
      return new Options(
          System.getProperty("bench.costs.file", ""),
          CostGrid.standard(),
          CLUSTERS,
          LENGTH,
          (cluster, conf) -> BenchSpark.processes(cluster.executors(), cluster.slots(), conf));
    }
  }

  @Override
  public List<Figure> run() throws Exception {
    Path folder = Files.createDirectories(output.resolve("costs"));
    List<CostMeasurement> measured =
        options.file().isBlank() ? measured(folder) : read(Path.of(options.file()));
    CostReport report = CostReport.of(measured);
    report.write(folder);
    System.out.println(report.markdown());
    return report.figures();
  }

  private List<CostMeasurement> measured(Path folder) throws Exception {
    List<CostMeasurement> measured = new ArrayList<>();
    try (CostNets nets = new CostNets();
        CostLimits limits = new CostLimits()) {
      for (Cluster cluster : options.clusters()) {
        SparkSession spark =
            options
                .start()
                .with(
                    cluster,
                    // Partitions are as they are wanted, and all models stay loaded.
                    "spark.ostinato.evaluations.fitTasks",
                    "false",
                    "spark.ostinato.resident.models",
                    "16",
                    "spark.ostinato.evaluations.treeTasks",
                    String.valueOf(CostLoad.TREE_TASKS),
                    // Else the first executor stores all rows.
                    "spark.scheduler.minRegisteredResourcesRatio",
                    "1");
        try (CostSession session = new CostSession(spark, cluster, nets, limits)) {
          measured.addAll(session.measure(options.grid().cases(cluster.use()), options.length()));
        }
        write(measured, folder.resolve("costs.csv"));
      }
    }
    return measured;
  }

  private static void write(List<CostMeasurement> measured, Path file) throws IOException {
    List<String> lines = new ArrayList<>(List.of(CostMeasurement.HEADER));
    measured.forEach(one -> lines.add(one.csv()));
    Files.write(file, lines);
  }

  private static List<CostMeasurement> read(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .skip(1)
        .filter(line -> !line.isBlank())
        .map(CostMeasurement::ofCsv)
        .toList();
  }
}
