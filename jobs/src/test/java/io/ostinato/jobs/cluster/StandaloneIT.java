package io.ostinato.jobs.cluster;

import io.ostinato.jobs.TorchFixtures;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The jar on a standalone cluster of processes. One cluster serves all of these tests, two at a
 * time: each of them mostly waits for virtual machines that start one after the other.
 */
@Execution(ExecutionMode.CONCURRENT)
class StandaloneIT {
  /** What tests share as long as they leave the workers alone. */
  static final String WORKERS = "workers";

  @TempDir private static Path folder;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, images());
    }
    cluster =
        StandaloneCluster.start(
            SparkDistribution.in(folder.resolve("spark")), folder.resolve("logs"));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  static StandaloneCluster cluster() {
    return cluster;
  }

  /** {@link TorchFixtures#writeImages The images}, as Parquet on this machine. */
  static Path images() {
    return folder.resolve("images.parquet");
  }

  @Nested
  class Submit extends SubmitTests {}

  @Nested
  class Hdfs extends HdfsTests {}
}
