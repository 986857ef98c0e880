package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.ModelSource;
import io.ostinato.jobs.quickstart.DigitsNet;
import io.ostinato.jobs.quickstart.TestDigits;
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
 * How the resident set grows over evaluations 200 to 1,000, each with other weights: the slope of a
 * line through it (least squares). The heap is touched from the beginning, and doesn't count.
 */
record LeakBenchmark() implements Benchmark {
  private static final int FIRST = 200;
  private static final int LAST = 1_000;
  private static final int STEP = 20;

  @Override
  public List<Figure> run() throws Exception {
    try (SparkSession spark = BenchSpark.local();
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      SparkDataset digits = TestDigits.test(spark);
      ModelSource model = ModelSource.ofBlock(DigitsNet::new, new Shape(1, 8, 8));
      WeightSnapshot[] weights = new WeightSnapshot[7];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = BenchNets.weights(new DigitsNet(), i, new Shape(1, 1, 8, 8));
      }
      List<double[]> points = new ArrayList<>();
      for (int i = 1; i <= LAST; i++) {
        engine
            .evaluate(
                BenchSpark.request(
                    "leak", digits, model, weights[i % weights.length], Processors::predictions),
                ProgressDisplay.silent())
            .close();
        if (i >= FIRST && i % STEP == 0) {
          points.add(new double[] {i, residentBytes()});
        }
      }
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

  private static double slope(List<double[]> points) {
    double x = points.stream().mapToDouble(point -> point[0]).average().orElseThrow();
    double y = points.stream().mapToDouble(point -> point[1]).average().orElseThrow();
    double above = 0;
    double below = 0;
    for (double[] point : points) {
      above += (point[0] - x) * (point[1] - y);
      below += (point[0] - x) * (point[0] - x);
    }
    return above / below;
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
