package io.ostinato.jobs.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.jobs.OnnxFixtures;
import io.ostinato.jobs.model.Architectures;
import io.ostinato.libraries.Reason;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.model.OnnxSource;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** ONNX models in ONNX Runtime, beside the default engine. */
class OnnxModelTest {
  private static final Shape IMAGE = new Shape(1, 5, 5);

  private final NDManager manager = Engine.getInstance().newBaseManager();
  private final LoadedModel onnx = ModelSource.onnx().build(Device.cpu());

  @AfterEach
  void close() {
    onnx.close();
    manager.close();
  }

  @Test
  void outputsAreThoseOfTheSameWeightsInPyTorch() {
    try (LoadedModel block =
        ModelSource.ofBlock(Architectures.parse("--architecture", OnnxFixtures.MLP), IMAGE)
            .build(Device.cpu())) {
      for (int seed = 1; seed <= 3; seed++) {
        WeightSnapshot weights = OnnxFixtures.weights(seed);
        block.refresh(weights);
        onnx.refresh(OnnxSource.snapshotOf(OnnxFixtures.mlp(weights)));
        NDList images = new NDList(manager.randomNormal(new Shape(7, 1, 5, 5)));
        images.head().setName("pixels");
        NDArray expected = block.model().forward(images).singletonOrThrow();
        NDArray outputs = onnx.model().forward(images).singletonOrThrow();
        assertThat(outputs.getName()).isEqualTo("logits");
        assertThat(outputs.getShape()).isEqualTo(new Shape(7, 3));
        assertThat(outputs.sub(expected).abs().max().getFloat()).isLessThan(1e-6f);
        assertThat(expected.abs().max().getFloat()).isGreaterThan(1e-3f);
      }
    }
  }

  @Test
  void arraysOfTheDefaultEngineComeOutWhateverTheirTypeAndShape() {
    Map<DataType, Integer> types = new LinkedHashMap<>();
    types.put(DataType.FLOAT32, OnnxFixtures.FLOAT);
    types.put(DataType.UINT8, 2);
    types.put(DataType.INT8, 3);
    types.put(DataType.INT32, 6);
    types.put(DataType.INT64, 7);
    types.put(DataType.BOOLEAN, 9);
    types.put(DataType.FLOAT16, 10);
    types.put(DataType.FLOAT64, 11);
    types.forEach(
        (type, number) -> {
          onnx.refresh(OnnxSource.snapshotOf(OnnxFixtures.node("Identity", number, 1, "same")));
          NDArray numbers = manager.arange(6f).toType(type, false);
          for (NDArray given :
              List.of(
                  numbers.get(3),
                  numbers,
                  numbers.reshape(2, 3),
                  numbers.reshape(2, 3).transpose())) {
            NDArray same = onnx.model().forward(new NDList(given)).singletonOrThrow();
            assertThat(same.getManager().getEngine().getEngineName()).isEqualTo("PyTorch");
            assertThat(same.getDataType()).isEqualTo(type);
            assertThat(same.getShape()).isEqualTo(given.getShape());
            assertThat(same.toByteArray())
                .as("%s %s", type, given.getShape())
                .isEqualTo(given.toByteArray());
          }
        });
  }

  @Test
  void inputsAreTakenInTheirOrderAndTheirNumberIsChecked() {
    onnx.refresh(OnnxSource.snapshotOf(OnnxFixtures.node("Sub", OnnxFixtures.FLOAT, 2, "less")));
    NDArray five = manager.create(5f);
    NDArray three = manager.create(3f);
    five.setName("b");
    three.setName("a");
    assertThat(onnx.model().forward(new NDList(five, three)).singletonOrThrow().getFloat())
        .isEqualTo(2f);
    assertThatThrownBy(() -> onnx.model().forward(new NDList(five)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the ONNX model has the inputs [a, b], but 1 array was passed");
  }

  @Test
  void manyThreadsMayRunOneModel() throws Exception {
    WeightSnapshot weights = OnnxFixtures.weights(1);
    onnx.refresh(OnnxSource.snapshotOf(OnnxFixtures.mlp(weights)));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Float>> sums = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        sums.add(
            threads.submit(
                () -> {
                  try (NDManager scope = onnx.manager().newSubManager()) {
                    NDList ones = new NDList(scope.ones(new Shape(2, 1, 5, 5)));
                    return onnx.model().forward(ones).singletonOrThrow().sum().getFloat();
                  }
                }));
      }
      float first = sums.get(0).get();
      for (Future<Float> sum : sums) {
        assertThat(sum.get()).isCloseTo(first, within(0f));
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(onnx.manager().getManagedArrays()).isEmpty();
  }

  @Test
  void nothingIsLeftOfForwardsAndOfModelsThatOthersFollow() throws IOException {
    NDManager engine = Engine.getEngine("OnnxRuntime").newBaseManager();
    List<EvaluationModel> before = new ArrayList<>();
    NDList images = new NDList(manager.ones(new Shape(2, 1, 5, 5)));
    Set<Path> folders = foldersOfModels();
    for (int seed = 1; seed <= 5; seed++) {
      onnx.refresh(OnnxSource.snapshotOf(OnnxFixtures.mlp(OnnxFixtures.weights(seed))));
      onnx.model().forward(images).close();
      assertThatThrownBy(() -> onnx.model().forward(new NDList(manager.ones(new Shape(2, 25)))))
          .hasMessageContaining("Invalid rank for input");
      before.add(onnx.model());
    }
    assertThat(engine.getParentManager().getManagedArrays()).isEmpty();
    engine.close();
    assertThatThrownBy(() -> onnx.refresh(OnnxSource.snapshotOf(new byte[] {8, 8})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can't load an ONNX model (2 bytes): ");
    for (EvaluationModel closed : before) {
      assertThatThrownBy(() -> closed.forward(images)).hasMessageContaining("closed");
    }
    assertThat(foldersLeftSince(folders)).isEmpty();
  }

  @Test
  void whatOnnxRuntimeSaysIsOnOneLine() {
    onnx.refresh(OnnxSource.snapshotOf(OnnxFixtures.mlpOfOneRow(OnnxFixtures.weights(1))));
    refuses(
        "Got invalid dimensions for input: image: the model was exported for batches of 1; export",
        manager.ones(new Shape(2, 1, 5, 5)));
    refuses("Unexpected input data type", manager.ones(new Shape(1, 1, 5, 5), DataType.INT64));
    refuses("Invalid rank for input: image Got: 2 Expected: 4", manager.ones(new Shape(1, 25)));
  }

  @Test
  void aModelThatIsTooNewSaysWhatIsKnownHere() {
    byte[] opset = OnnxFixtures.withVersions(8, 99);
    assertThatThrownBy(() -> onnx.refresh(OnnxSource.snapshotOf(opset)))
        .message()
        .matches(
            "can't load an ONNX model \\(\\d+ bytes\\): ONNX Runtime: the model has opset 99"
                + " of ai.onnx, but ONNX Runtime here supports at most \\d+; export it with"
                + " opset_version=\\d+");
    byte[] format = OnnxFixtures.withVersions(99, 17);
    assertThatThrownBy(() -> onnx.refresh(OnnxSource.snapshotOf(format)))
        .message()
        .matches(
            ".*: ONNX Runtime: the model has version 99 of ONNX's format, but ONNX Runtime here"
                + " supports at most \\d+; set model.ir_version = \\d+ before saving it");
  }

  private void refuses(String reason, NDArray input) {
    assertThat(Reason.of(catchThrowable(() -> onnx.model().forward(new NDList(input)))))
        .startsWith("ONNX Runtime: " + reason)
        .hasLineCount(1);
  }

  /** Those of other processes, which share the place, are gone after a moment. */
  private static Set<Path> foldersLeftSince(Set<Path> before) throws IOException {
    Instant end = Instant.now().plusSeconds(10);
    Set<Path> left = foldersOfModels();
    left.removeAll(before);
    while (!left.isEmpty() && Instant.now().isBefore(end)) {
      left.removeIf(folder -> !Files.exists(folder));
      Thread.onSpinWait();
    }
    return left;
  }

  private static Set<Path> foldersOfModels() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(path -> path.getFileName().toString().startsWith("ort-model"))
          .collect(Collectors.toSet());
    }
  }
}
