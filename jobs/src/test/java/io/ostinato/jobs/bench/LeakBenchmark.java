package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.Shape;
import io.ostinato.jobs.model.DigitsNet;
import io.ostinato.jobs.quickstart.TestDigits;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * How the resident set grows over evaluations 200 to 3,000 of an engine, each with weights that no
 * other has: the median of the slopes between all pairs of points (Theil and Sen). The process has
 * made a thousand evaluations before, while its code was compiled; its heap is touched from the
 * beginning.
 */
record LeakBenchmark() implements Benchmark {
  private static final int WARM_UP = 1_000;
  private static final int FIRST = 200;
  private static final int LAST = 3_000;
  private static final int STEP = 50;

  @Override
  public List<Figure> run() throws Exception {
    try (SparkSession spark = BenchSpark.local()) {
      SparkDataset digits = TestDigits.test(spark);
      // The first time, what grows is the compiled code.
      points(spark, digits, WARM_UP);
      List<double[]> points = points(spark, digits, LAST);
      double first = points.get(0)[1];
      double last = points.get(points.size() - 1)[1];
      return List.of(
          new Figure(
              "leak",
              slope(points),
              "bytes per evaluation",
              "<= 2048",
              "resident set %.1f MB at %d, %.1f MB at %d"
                  .formatted(first / 1e6, FIRST, last / 1e6, LAST)));
    }
  }

  /** The resident set after some of the evaluations by an engine of its own. */
  private static List<double[]> points(SparkSession spark, SparkDataset digits, int last)
      throws IOException {
    ModelSource model = ModelSource.ofBlock(DigitsNet::new, new Shape(1, 8, 8));
    List<double[]> points = new ArrayList<>();
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      WeightSnapshot initial = BenchNets.weights(new DigitsNet(), 0, new Shape(1, 1, 8, 8));
      for (int i = 1; i <= last; i++) {
        WeightSnapshot weights = BenchNets.noise(initial, i);
        engine
            .evaluate(
                BenchSpark.request("leak", digits, model, weights, Processors::predictions),
                ProgressDisplay.silent())
            .close();
        if (i >= FIRST && i % STEP == 0) {
          points.add(new double[] {i, residentBytes()});
        }
      }
    }
    return points;
  }

  private static double slope(List<double[]> points) {
    List<Double> slopes = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      for (int j = i + 1; j < points.size(); j++) {
        double[] one = points.get(i);
        double[] other = points.get(j);
        slopes.add((other[1] - one[1]) / (other[0] - one[0]));
      }
    }
    return Rounds.median(slopes);
  }

  private static long residentBytes() throws IOException {
    System.gc();
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElseThrow()
        * 1024;
  }
}
