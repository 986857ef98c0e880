package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.spark.image.ImageFixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of generated pictures, each in the folder of the class that torchvision leads to. */
@Tag("spark35")
class EvaluateImagesTest {
  private static final String LABEL =
      "CAST(regexp_extract(path, '([^/]+)/[^/]+$', 1) AS BIGINT) AS label";

  @TempDir static Path shared;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @BeforeAll
  static void writePictures() throws IOException {
    TorchFixtures.copy("/images/net.pt", shared.resolve("net.pt"));
    List<Long> classes = ImageFixtures.classes();
    for (int i = 0; i < ImageFixtures.PICTURES; i++) {
      Path ofClass = shared.resolve("pictures").resolve(classes.get(i).toString());
      Files.createDirectories(ofClass);
      Files.write(ofClass.resolve("picture %03d.png".formatted(i)), ImageFixtures.picture(i));
    }
  }

  @Test
  void everyPictureHasTheClassThatItHasWithTorchvision() {
    for (String column : List.of("content", "path")) {
      out.getBuffer().setLength(0);
      int code = evaluate(column, "--input=%s:image:3,24,24".formatted(column));
      assertThat(code).as(err.toString()).isZero();
      JsonObject report = JsonParser.parseString(out.toString()).getAsJsonObject();
      assertThat(report.get("rows").getAsInt()).isEqualTo(ImageFixtures.PICTURES);
      assertThat(report.getAsJsonObject("metrics")).hasToString("{\"accuracy\":1.0}");
    }
  }

  private int evaluate(String column, String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--model=" + shared.resolve("net.pt"),
                "--data=" + shared.resolve("pictures"),
                "--data-format=binaryFile",
                "--data-option=recursiveFileLookup=true",
                "--sql=SELECT %s, %s FROM {data}".formatted(column, LABEL),
                "--transform=" + ImageFixtures.transforms(),
                "--label=label:int64",
                "--metric=accuracy",
                "--format=json"));
    options.addAll(List.of(more));
    return run(options.toArray(String[]::new));
  }

  @Test
  void aDamagedPictureIsNamedOrSkippedAndCounted() throws IOException {
    byte[] picture = ImageFixtures.picture(0);
    Files.write(folder.resolve("a.png"), picture);
    Files.write(folder.resolve("b.png"), Arrays.copyOf(picture, 300));
    String[] options = {
      "evaluate",
      "--model=" + shared.resolve("net.pt"),
      "--data=" + folder + "/*.png",
      "--data-format=binaryFile",
      "--sql=SELECT content, 0L AS label FROM {data}",
      "--input=content:image",
      "--transform=" + ImageFixtures.transforms(),
      "--label=label:int64",
      "--metric=accuracy",
      "--format=json"
    };
    assertThat(run(options)).isEqualTo(1);
    assertThat(err.toString())
        .containsPattern(
            "column 'content', row \\d of partition \\d: the PNG image is truncated after 300 bytes");
    List<String> skipping = new ArrayList<>(List.of(options));
    skipping.add("--bad-rows=skip 1");
    assertThat(run(skipping.toArray(String[]::new))).as(err.toString()).isZero();
    assertThat(out.toString()).contains("\"rows\":1,\"skipped\":1,");
  }

  @Test
  void mistakesOfTheTransformsAreReportedBeforeSparkStarts() {
    assertThat(
            evaluate("content", "--input=a:image:3,24,25", "--input=b:image:transform=[reszie:3]"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "--input a:image:3,24,25: the image transforms '"
                + ImageFixtures.transforms()
                + "' return float32 (3, 24, 24), which can't have the shape [3, 24, 25]")
        .contains("image transforms 'reszie:3': unknown transform 'reszie'; use one of resize");
    err.getBuffer().setLength(0);
    assertThat(evaluate("content", "--input=content:float32:3")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "has no effect, because no column is converted with it; a column of images is --input"
                + " image:image:3,224,224");
  }

  @Test
  void aTrainingReadsImages() throws IOException {
    Path run =
        Files.writeString(
            folder.resolve("run.yaml"),
            """
            model: {kind: mlp, input_shape: [3, 8, 8], outputs: 5}
            datasets:
              train:
                format: binaryFile
                path: %1$s
                options: {recursiveFileLookup: true}
                sql: SELECT content, %2$s FROM {data}
                columns: &columns
                  x: {column: content, as: {kind: image, transform: [resize:8x8, to_tensor]}}
                  class: {column: label, type: int64}
              evaluations:
                test:
                  format: image
                  sql: "SELECT path, %2$s FROM binaryFile.`%1$s/*/*.png`"
                  columns:
                    x:
                      column: path
                      as:
                        kind: image
                        shape: [3, 8, 8]
                        transform: resize:10:bicubic,center_crop:8,to_tensor,normalize:mean=[0.5,0.4,0.3],std=1
                    class: {column: label, type: int64}
            length: {epochs: 2}
            effective_batch_size: 50
            output: %3$s/runs
            run_id: one
            callbacks:
            - {kind: metric, every_n_epochs: 1, dataset_key: test, metrics: [accuracy]}
            """
                .formatted(shared.resolve("pictures"), LABEL, folder));
    assertThat(run("train", run.toString())).as(err.toString()).isZero();
    assertThat(Files.readString(folder.resolve("runs/one/metrics.jsonl")))
        .contains("E2_U8_S400", "\"accuracy/test\":");
    Path resolved = folder.resolve("runs/one/config.yaml");
    assertThat(Files.readString(resolved)).contains("kind: image", "resize:8x8");
    assertThat(run("train", resolved.toString(), "--check")).as(err.toString()).isZero();
  }

  @Test
  void mistakesOfAConfigurationHaveTheirLine() throws IOException {
    Path run =
        Files.writeString(
            folder.resolve("run.yaml"),
            """
            model: {kind: mlp, input_shape: [3, 8, 8], outputs: 5}
            datasets:
              train:
                path: a
                columns:
                  x: {column: content, as: {kind: image, transform: [resize:8, to_tensor, center_crop:8]}}
                  class: {column: label, type: int64}
            length: {epochs: 2}
            """);
    assertThat(run("train", run.toString(), "--check")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "run.yaml:6: 'datasets.train.columns.x.as': image transforms"
                + " 'resize:8,to_tensor,center_crop:8': center_crop must come before to_tensor and"
                + " pil_to_tensor");
  }

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
