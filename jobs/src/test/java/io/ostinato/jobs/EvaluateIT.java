package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.ostinato.spark.TestJvm;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on executors that are processes of their own. */
@Tag("spark35")
class EvaluateIT {
  private static final Map<String, String> SUBMITTED =
      Map.of(
          "spark.master", "local-cluster[2,1,1024]",
          "spark.ui.enabled", "false",
          "spark.sql.shuffle.partitions", "2",
          "spark.driver.host", "127.0.0.1",
          "spark.driver.bindAddress", "127.0.0.1",
          "spark.executor.extraClassPath", System.getProperty("java.class.path"),
          "spark.executor.extraJavaOptions",
              String.join(" ", TestJvm.shortLivedOptions()) + " -Dai.djl.offline=true");

  @TempDir Path folder;

  @AfterEach
  void forget() {
    SUBMITTED.keySet().forEach(System::clearProperty);
  }

  @Test
  void executorsEvaluateAndWritePredictions() throws IOException {
    Path data = folder.resolve("images.parquet");
    Path module = TorchFixtures.module("batchnorm-a.pt", folder.resolve("a.pt"));
    Path predictions = folder.resolve("out.parquet");
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, data);
    }
    // As spark-submit gives its settings to the application.
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    SUBMITTED.forEach(System::setProperty);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] options = {
      "evaluate",
      "--model=" + module,
      "--data=" + data,
      "--label=label:int64",
      "--metric=accuracy",
      "--format=json",
      "--input=image:float32:1,5,5",
      "--predictions=" + predictions
    };
    assertThat(Main.run(new PrintWriter(out, true), new PrintWriter(err, true), options))
        .as(err.toString())
        .isZero();
    assertThat(JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonObject("metrics"))
        .hasToString("{\"accuracy\":0.25}");
    assertThat(predictions.resolve("_SUCCESS")).exists();
  }
}
