package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that a process prints when it fails, what Spark logs included. */
class OneLineIT {
  private static final Path LOG = Path.of("src", "main", "config", "quickstart-log4j2.properties");
  private static final String IMAGE = "--input=image:float32:1,5,5";

  @TempDir static Path folder;
  private static Path data = Path.of("");
  private static Path model = Path.of("");

  @BeforeAll
  static void writeFiles() throws IOException {
    data = folder.resolve("images.parquet");
    model = TorchFixtures.module("batchnorm-a.pt", folder.resolve("a.pt"));
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, data);
    }
  }

  @Test
  void aFailureIsTheOnlyLineUnlessStackTracesAreAskedFor() throws Exception {
    Map<String, Started> started = new LinkedHashMap<>();
    started.put("has 25 elements; expected 24", start("--input=image:float32:4,6"));
    started.put(
        "column 'label', row 2 of partition 0: is null",
        start(IMAGE, "--sql=SELECT image, IF(label = 2, NULL, label) AS label"));
    started.put(
        "unreadable",
        start(
            IMAGE, "--sql=SELECT image, IF(label = 2, raise_error('unreadable'), label) AS label"));
    String wrongShape = "partition 0, rows 0 to 15: ";
    started.put(wrongShape, start("--input=image:float32:25", "--predictions=" + folder + "/out"));
    Started asked = start("--input=image:float32:4,6", "--stacktrace");
    for (String said : started.keySet()) {
      String err = started.get(said).errors();
      assertThat(err.lines())
          .as(err)
          .singleElement()
          .asString()
          .startsWith("error: can't ")
          .contains(said);
    }
    assertThat(asked.errors().lines())
        .anyMatch(line -> line.contains(" ERROR Executor: "))
        .anyMatch(line -> line.startsWith("\tat io.ostinato.jobs"));
  }

  /** As where the environment asks for natives of another release. */
  @Tag("spark35")
  @Test
  void thatThereIsNoEngineIsOneLineToo() throws Exception {
    Map<String, String> environment =
        Map.of("PYTORCH_LIBRARY_PATH", "", "PYTORCH_VERSION", "2.8.0");
    Started started = start(environment, model, IMAGE);
    Started asked = start(environment, model, IMAGE, "--stacktrace");
    String err = started.errors();
    assertThat(err.lines())
        .as(err)
        .singleElement()
        .asString()
        .startsWith("error: ")
        .contains("PYTORCH_VERSION=2.8.0", "unset PYTORCH_LIBRARY_PATH");
    assertThat(asked.errors().lines())
        .anyMatch(line -> line.contains(" ERROR OstinatoPlugin: this executor can't evaluate"))
        .anyMatch(line -> line.startsWith("\tat io.ostinato.spark.plugin"));
  }

  /** Spark then ends this process, whose other threads find that it was stopped. */
  @Test
  void thatATaskRanOutOfMemoryInThisProcessIsSaid() throws Exception {
    Started started = start(IMAGE, "--metric=" + HungryMetric.class.getName());
    assertThat(started.process().waitFor()).isNotZero();
    String err = Files.readString(started.err());
    assertThat(err.lines())
        .as(err)
        .filteredOn(line -> line.startsWith("error: "))
        .singleElement()
        .asString()
        .startsWith("error: can't evaluate '%s': ".formatted(model))
        .contains("Java heap space")
        .containsOnlyOnce("increase spark.driver.memory");
  }

  @Tag("spark35")
  @Test
  void anOnnxModelIsEvaluatedWithoutAWord() throws Exception {
    Path onnx = folder.resolve("a.onnx");
    Files.write(onnx, OnnxFixtures.mlp(OnnxFixtures.weights(1)));
    Started started = start(Map.of(), onnx, IMAGE);
    Started failing = start(Map.of(), onnx, "--input=image:float32:25,1");
    assertThat(started.process().waitFor()).isZero();
    assertThat(Files.readString(started.err())).isEmpty();
    String err = failing.errors();
    assertThat(err.lines()).as(err).singleElement().asString().startsWith("error: can't ");
  }

  private static Started start(String... options) throws IOException {
    return start(Map.of(), model, options);
  }

  private static Started start(Map<String, String> environment, Path model, String... options)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "--model=" + model));
    arguments.addAll(List.of("--data=" + data, "--label=label:int64", "--metric=accuracy"));
    for (String option : options) {
      arguments.add(option.startsWith("--sql") ? option + " FROM {data}" : option);
    }
    List<String> command = MainProcess.command(arguments);
    command.add(1, "-Dlog4j2.configurationFile=" + LOG);
    command.add(command.indexOf("-cp"), "-Xmx600m");
    Path err = Files.createTempFile(folder, "process", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new Started(builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start(), err);
  }

  /** A process, and where its standard error goes. */
  private record Started(Process process, Path err) {
    String errors() throws Exception {
      assertThat(process.waitFor()).as(Files.readString(err)).isEqualTo(1);
      return Files.readString(err);
    }
  }
}
