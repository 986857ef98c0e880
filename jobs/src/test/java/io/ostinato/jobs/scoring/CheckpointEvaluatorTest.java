package io.ostinato.jobs.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.ostinato.LogLines;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.jobs.TorchFixtures;
import io.ostinato.jobs.data.DataException;
import io.ostinato.jobs.data.DataSource;
import io.ostinato.jobs.data.DatasetSpec;
import io.ostinato.jobs.data.TensorSpec;
import io.ostinato.jobs.model.Architecture;
import io.ostinato.jobs.model.Architectures;
import io.ostinato.jobs.modelfile.WeightsArchitecture;
import io.ostinato.metric.Metric;
import io.ostinato.metric.Metrics;
import io.ostinato.model.BlockWeights;
import io.ostinato.model.OutputChoice;
import io.ostinato.spark.TestSpark;
import io.ostinato.storage.Safetensors;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointEvaluatorTest {
  private static final String IMAGE = "image:float32:1,5,5";
  private static final String LABEL = "label:int64";
  private static final String MLP = "mlp:outputs=3,input_shape=[1,5,5],hidden=[4]";
  @TempDir static Path shared;
  private static SparkSession spark;
  private static String data = "";
  private static String module = "";
  @TempDir Path folder;

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(Map.of());
    data = shared.resolve("images.parquet").toString();
    TorchFixtures.writeImages(spark, Path.of(data));
    module = TorchFixtures.module("batchnorm-a.pt", shared.resolve("a.pt")).toString();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void oneEvaluatorServesManyFilesEachWithItsOwnNumbers() throws IOException {
    try (CheckpointEvaluator evaluator = evaluator(spec(IMAGE, LABEL))) {
      for (String letter : List.of("a", "b", "c", "a")) {
        Path file =
            TorchFixtures.module("batchnorm-" + letter + ".pt", folder.resolve(letter + ".pt"));
        EvaluationReport report = evaluator.evaluate("file://" + file);
        assertThat(report.rows()).isEqualTo(TorchFixtures.ROWS);
        assertThat(report.metrics()).containsEntry("accuracy", TorchFixtures.accuracy(letter));
      }
    }
  }

  @Test
  void weightsAloneAreEvaluatedInTheirArchitecture() throws IOException {
    Architecture architecture = Architectures.parse("--architecture", MLP);
    Path file = folder.resolve("weights.safetensors");
    try (NDManager manager = Engine.getInstance().newBaseManager();
        OutputStream out = Files.newOutputStream(file)) {
      Block block = architecture.get();
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 5, 5));
      new Safetensors(BlockWeights.snapshot(block).arrays(), Map.of()).writeTo(out);
    }
    try (CheckpointEvaluator evaluator = evaluator(spec(IMAGE, LABEL, architecture))) {
      assertThat(evaluator.evaluate(file.toString()).rows()).isEqualTo(TorchFixtures.ROWS);
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(whole, whole.length - 8));
      refuses(evaluator, file.toString(), "can't read '" + file + "'", "is truncated");
    }
    Architecture other =
        Architectures.parse("--architecture", "mlp:outputs=3,input_shape=[1,5,5],hidden=[]");
    Path fresh = folder.resolve("other.safetensors");
    try (OutputStream out = Files.newOutputStream(fresh)) {
      new Safetensors(List.of(), Map.of()).writeTo(out);
    }
    try (CheckpointEvaluator evaluator = evaluator(spec(IMAGE, LABEL, other))) {
      refuses(
          evaluator, fresh.toString(), "only the model has '", "the architecture they belong to");
    }
  }

  @Test
  void filesThatAreNoModelsAreRefusedInOneLine() throws IOException {
    Path broken = folder.resolve("broken.pt");
    byte[] whole = Files.readAllBytes(Path.of(module));
    try (CheckpointEvaluator evaluator = evaluator(spec(IMAGE, LABEL))) {
      Files.write(broken, Arrays.copyOf(whole, whole.length / 2));
      refuses(evaluator, broken.toString(), "is truncated after", "was it still being written?");
      Files.write(broken, new byte[0]);
      refuses(evaluator, broken.toString(), "is not a TorchScript module, which would be");
      Files.write(broken, TorchFixtures.archive("a/data.pkl"));
      refuses(evaluator, broken.toString(), "it looks like a file of torch.save but can't be");
      for (String name : List.of("epoch-012.pth.tar", "model.pt.tar", "checkpoint-500", "net_7")) {
        String file = fixture("state_dict.pt", name);
        refuses(evaluator, file, "it is a state_dict, ", "torch.load('" + name + "')");
      }
      refuses(evaluator, fixture("plain.tar", "a.pth.tar"), "it is a tar archive; extract it");
      refuses(evaluator, fixture("old.pth.tar", "b.pth.tar"), "it is a state_dict, ");
      Files.write(broken, TorchFixtures.archive("a/code/x.py"));
      refuses(evaluator, broken.toString(), "can't load a TorchScript module");
      refuses(evaluator, folder.resolve("gone.pt").toString(), "there is no model");
      refuses(evaluator, "nosuch://host/a.pt", "can't read 'nosuch://host/a.pt': No FileSystem");
      refuses(evaluator, Files.createDirectory(folder.resolve("d.pt")).toString(), "is a folder");
      assertThat(evaluator.evaluate(module).metrics())
          .containsEntry("accuracy", TorchFixtures.accuracy("a"));
    }
  }

  private String fixture(String name, String as) throws IOException {
    return TorchFixtures.copy("/otherformats/" + name, folder.resolve(as)).toString();
  }

  @Test
  void whatThePyTorchOfAModuleSaysIsInTheLine() throws IOException {
    try (CheckpointEvaluator evaluator = evaluator(spec(IMAGE, LABEL))) {
      refuses(evaluator, failing("raises"), ": ValueError: want 5 features, got 1");
      refuses(
          evaluator, failing("operator"), "Unknown builtin op: absent::nms; it belongs to a newer");
      refuses(evaluator, failing("on-gpu"), "the module requires a GPU, and PyTorch has none");
    }
  }

  @Test
  void weightsWithNamesOfPyTorchAreRefusedWithAllNamesOfBothSides() throws IOException {
    Path file =
        TorchFixtures.copy("/otherformats/pytorch.safetensors", folder.resolve("w.safetensors"));
    Architecture mlp = Architectures.parse("--architecture", MLP);
    try (CheckpointEvaluator evaluator = evaluator(spec(IMAGE, LABEL, mlp))) {
      refuses(
          evaluator,
          file.toString(),
          "the weights don't match the model: only the weights have '0.bias' (float32 (16)),"
              + " '0.weight' (float32 (16, 6)), '2.bias' (float32 (4)), '2.weight' (float32 (4, 16));"
              + " only the model has '0",
          "these have PyTorch names: save the module itself, with torch.jit.script(model)");
    }
  }

  @Test
  void aModuleIsToldByItsContentAndWarnedOfInTrainingModeOnce() throws IOException {
    Path file = TorchFixtures.module("batchnorm-a.pt", folder.resolve("epoch=1-step=2.ckpt"));
    String training = failing("traced-in-training");
    try (CheckpointEvaluator evaluator = evaluator(spec(IMAGE, LABEL))) {
      assertThat(evaluator.evaluate(file.toString()).metrics())
          .containsEntry("accuracy", TorchFixtures.accuracy("a"));
      List<String> lines =
          LogLines.of(
              () -> {
                refuses(
                    evaluator,
                    training,
                    "check that the inputs have the shape that the model expects");
                refuses(
                    evaluator,
                    training,
                    "check that the inputs have the shape that the model expects");
              });
      assertThat(lines)
          .filteredOn(line -> line.contains("computes as in training"))
          .singleElement()
          .asString()
          .contains(
              "'"
                  + training
                  + "' computes as in training mode, regardless of its mode (dropout (p=0.5));");
    }
  }

  private String failing(String name) throws IOException {
    return TorchFixtures.copy("/torchscript/failing/" + name + ".pt", folder.resolve(name + ".pt"))
        .toString();
  }

  @Test
  void dataThatDoesNotFitIsToldInOneLine() {
    assertThatThrownBy(() -> evaluator(spec("imag:float32:1,5,5", "lable:int64")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no column 'imag'; it has: image, label")
        .hasMessageContaining("no column 'lable'");
    assertThatThrownBy(() -> evaluator(spec(source("/gone/digits.parquet"), IMAGE, LABEL)))
        .isInstanceOf(DataException.class)
        .hasMessage("there is no data at '/gone/digits.parquet'");
    assertThatThrownBy(() -> evaluator(spec(source(module), IMAGE, LABEL)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("can't read '" + module + "' as parquet");
    assertThatThrownBy(
            () -> evaluator(spec(new DataSource(data, "parqet", Map.of(), "", ""), IMAGE, LABEL)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("parqet")
        .message()
        .hasLineCount(1);
    try (CheckpointEvaluator evaluator = evaluator(spec("image:float32:1,5,4", LABEL))) {
      refuses(evaluator, module, "column 'image', row 0", "has 25 elements; expected 20");
    }
    try (CheckpointEvaluator evaluator = evaluator(spec("image:float32:25", LABEL))) {
      refuses(evaluator, module, "rows ", "RuntimeError: ");
    }
    DataSource shifted =
        new DataSource(data, "", Map.of(), "", "SELECT image, label + 7 AS label FROM {data}");
    try (CheckpointEvaluator evaluator = evaluator(spec(shifted, IMAGE, LABEL))) {
      refuses(evaluator, module, "is not one of the 3 classes of the outputs, 0 to 2");
    }
  }

  @Test
  void predictionsThatFailLeaveNothingBehindAndReplaceNothing() throws IOException {
    Path target = folder.resolve("out.parquet");
    try (CheckpointEvaluator evaluator = evaluator(spec("image:float32:25", LABEL))) {
      assertThatThrownBy(() -> evaluator.evaluate(module, target.toString()))
          .hasMessageContaining("can't evaluate");
    }
    assertThat(names(folder)).isEmpty();
    try (CheckpointEvaluator evaluator = evaluator(spec(IMAGE, LABEL))) {
      Files.writeString(target, "mine");
      assertThatThrownBy(() -> evaluator.evaluate(module, target.toString()))
          .hasMessageContaining("already exists; remove it");
      assertThat(target).hasContent("mine");
      assertThatThrownBy(() -> evaluator.evaluate(module, target + "/below"))
          .hasMessageContaining("can't");
    }
    assertThat(names(folder)).containsExactly("out.parquet");
  }

  private static void refuses(CheckpointEvaluator evaluator, String file, String... parts) {
    assertThatThrownBy(() -> evaluator.evaluate(file))
        .message()
        .hasLineCount(1)
        .contains(parts)
        .doesNotContain("java.lang", "ai.djl");
  }

  private static CheckpointEvaluator evaluator(EvaluationSpec spec) {
    return CheckpointEvaluator.of(spark, spec);
  }

  private static DataSource source(String path) {
    return new DataSource(path, "", Map.of(), "", "");
  }

  private static EvaluationSpec spec(String input, String label, Architecture... architecture) {
    return spec(source(data), input, label, architecture);
  }

  private static EvaluationSpec spec(
      DataSource source, String input, String label, Architecture... architecture) {
    List<Metric<?>> metrics = List.of(Metrics.accuracy());
    return new EvaluationSpec(
        new DatasetSpec(
            source,
            List.of(TensorSpec.parse("--input", input)),
            List.of(TensorSpec.parse("--label", label)),
            List.of(),
            List.of()),
        "test",
        metrics,
        8,
        List.of(),
        OutputChoice.first(),
        architecture.length == 0
            ? new WeightsArchitecture.None()
            : new WeightsArchitecture.OfBlock(architecture[0]),
        EvaluationPolicy.exact());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
