package io.ostinato.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.ostinato.torchscript.KeptState;
import io.ostinato.torchscript.StateModules;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that keep something from one forward to the next. */
class KeptStateTest {
  private static final int THREADS = 8;
  private static final int BATCHES_EACH = 12;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "usual",
        "features",
        "counter",
        "cache",
        "average",
        "statistics",
        "fixed-statistics"
      })
  void manyThreadsGetWhatPyTorchGivesForEachBatchAlone(String module) throws Exception {
    float[] expected = TorchModules.expected(module);
    WeightSnapshot weights = TorchModules.module(module);
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      model.refresh(weights);
      for (float[] outputs : outputsOfManyThreads(model, weights)) {
        assertIs(outputs, expected);
      }
      model.refresh(weights);
      for (float[] outputs : outputsOfManyThreads(model, weights)) {
        assertIs(outputs, expected);
      }
    }
  }

  @Test
  void aMethodThatIsCalledHasTheModelToItself() throws Exception {
    WeightSnapshot weights = stateModule("private-method-assigns");
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      model.refresh(weights);
      assertThat(model.keeps()).isEqualTo(KeptState.OVERWRITTEN);
      List<float[]> twice = new ArrayList<>();
      for (int rows = 1; rows <= THREADS; rows++) {
        float[] forward = run(model, weights, rows, EvaluationModel::forward);
        for (int i = 0; i < forward.length; i++) {
          forward[i] *= 2; // as the method does
        }
        twice.add(forward);
      }
      byManyThreads(
          thread ->
              assertIs(
                  run(model, weights, thread + 1, (face, x) -> face.call("_embed", x)),
                  twice.get(thread)));
    }
  }

  @Test
  void aMethodSeesWhatTheForwardOfItsOwnBatchHasLeftAndNoOther() throws Exception {
    WeightSnapshot weights = stateModule("helpers");
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      model.refresh(weights);
      byManyThreads(
          thread -> {
            float[] x = run(model, weights, thread + 1, (face, rows) -> rows.duplicate());
            float[] withMean = x.clone();
            double mean = 0;
            for (float each : x) {
              mean += each / x.length;
            }
            for (int i = 0; i < x.length; i++) {
              withMean[i] += (float) (2 * mean);
            }
            assertIs(run(model, weights, thread + 1, EvaluationModel::forward), withMean);
            assertIs(run(model, weights, thread + 1, KeptStateTest::forwardAndDecode), withMean);
            // Alone in its batch it sees what the file has: zeros.
            assertIs(run(model, weights, thread + 1, (face, r) -> face.call("decode", r)), x);
          });
      assertThat(model.keeps()).isEqualTo(KeptState.OVERWRITTEN);
    }
  }

  @Test
  void modulesThatSetTheGeneratorOfRandomNumbersRunOneAtATime() throws Exception {
    WeightSnapshot weights = stateModule("seeds");
    try (LoadedModel one = ModelSource.torchScript().build(Device.cpu());
        LoadedModel other = ModelSource.torchScript().build(Device.cpu())) {
      one.refresh(weights);
      other.refresh(weights);
      List<float[]> alone = new ArrayList<>();
      for (int rows = 1; rows <= THREADS; rows++) {
        alone.add(run(one, weights, rows, EvaluationModel::forward));
      }
      byManyThreads(
          thread -> {
            LoadedModel model = thread % 2 == 0 ? one : other;
            assertIs(run(model, weights, thread + 1, EvaluationModel::forward), alone.get(thread));
          });
      assertThat(one.notes()).singleElement().asString().contains("random number generator");
    }
  }

  @Test
  void aModuleThatWorksInPlaceLeavesTheBatchAsItIs() throws Exception {
    WeightSnapshot weights = stateModule("input-in-place");
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      model.refresh(weights);
      model.run(
          weights,
          face -> {
            try (NDManager manager = model.manager().newSubManager()) {
              NDArray x = manager.create(new float[] {-1, 2, -3, 4}, new Shape(1, 4));
              float[] first = face.forward(x).toFloatArray();
              assertThat(x.toFloatArray()).containsExactly(-1, 2, -3, 4);
              assertIs(face.forward(x).toFloatArray(), first);
            }
          });
    }
  }

  @Test
  void hooksOfTheModuleItselfAreNotLeftOut() throws Exception {
    WeightSnapshot weights = stateModule("hook-of-the-module");
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      model.refresh(weights);
      assertThatThrownBy(() -> run(model, weights, 1, EvaluationModel::forward))
          .hasMessageContaining("the module has hooks (soften), without which")
          .hasMessageContaining("return self.module(x)");
    }
  }

  private static NDArray forwardAndDecode(EvaluationModel face, NDArray x) {
    face.forward(x).close();
    return face.call("decode", x);
  }

  private static WeightSnapshot stateModule(String name) {
    return TorchScriptSource.snapshotOf(
        Objects.requireNonNull(StateModules.read().content().get(name), name));
  }

  @Test
  void whatTheCodeLeavesOpenIsFoundOutInTheFirstBatch() throws InterruptedException {
    assertThat(stateAfterABatch("statistics")).isEqualTo(KeptState.ACCUMULATED);
    assertThat(stateAfterABatch("fixed-statistics")).isEqualTo(KeptState.NONE);
  }

  @Test
  void whatIsKeptIsToldOnce() throws InterruptedException {
    WeightSnapshot weights = TorchModules.module("features");
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      for (int i = 0; i < 3; i++) {
        model.refresh(weights);
        run(model, weights);
      }
      assertThat(model.notes())
          .containsExactly(
              "the model's forward keeps state in the model (features of Features): one batch"
                  + " runs at a time");
    }
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      model.refresh(TorchModules.module("counter"));
      assertThat(model.notes())
          .containsExactly(
              "the model's forward changes its state (count of Counter), so later batches"
                  + " would depend on earlier ones: one batch runs at a time, each on the model as"
                  + " it was loaded");
    }
  }

  @Test
  void aBlockThatKeepsSomethingInAFieldIsFoundInItsFirstBatch() throws Exception {
    ModelSource source = ModelSource.ofBlock(KeptStateTest::counting, new Shape(4));
    WeightSnapshot named = weightsOf(source);
    try (LoadedModel model = source.build(Device.cpu())) {
      model.refresh(named);
      float[] first = run(model, named);
      assertThat(model.keeps()).isEqualTo(KeptState.ACCUMULATED);
      assertThat(model.notes()).hasSize(1).first().asString().contains("Counting.batches");
      for (float[] outputs : outputsOfManyThreads(model, named)) {
        assertThat(outputs).isEqualTo(first);
      }
      model.refresh(named);
      assertThat(run(model, named)).isEqualTo(first);
    }
  }

  @Test
  void whatALambdaHasCapturedIsFoundToo() throws Exception {
    ModelSource source = ModelSource.ofBlock(KeptStateTest::capturing, new Shape(4));
    try (LoadedModel model = source.build(Device.cpu())) {
      WeightSnapshot none = WeightSnapshot.of(List.of());
      model.refresh(none);
      float[] first = run(model, none);
      assertThat(model.keeps()).isEqualTo(KeptState.ACCUMULATED);
      for (float[] outputs : outputsOfManyThreads(model, none)) {
        assertThat(outputs).isEqualTo(first);
      }
    }
  }

  @Test
  void aBlockThatKeepsNothingIsRunByAllAtOnce() throws InterruptedException {
    ModelSource source = ModelSource.ofBlock(KeptStateTest::usual, new Shape(4));
    WeightSnapshot weights = weightsOf(source);
    try (LoadedModel model = source.build(Device.cpu())) {
      model.refresh(weights);
      run(model, weights);
      assertThat(model.keeps()).isEqualTo(KeptState.NONE);
      assertThat(model.notes()).isEmpty();
    }
  }

  @Test
  void memoryStaysFlatWhereAModelIsPutBackForEachBatch() throws InterruptedException {
    ModelSource source = ModelSource.ofBlock(KeptStateTest::counting, new Shape(4));
    WeightSnapshot weights = weightsOf(source);
    try (LoadedModel model = source.build(Device.cpu())) {
      model.refresh(weights);
      run(model, weights);
      int arrays = model.manager().getManagedArrays().size();
      for (int i = 0; i < 200; i++) {
        run(model, weights);
      }
      assertThat(model.manager().getManagedArrays()).hasSize(arrays);
    }
  }

  private static Block usual() {
    return new SequentialBlock().add(Linear.builder().setUnits(3).build());
  }

  private static Block counting() {
    return new Counting();
  }

  private static Block capturing() {
    AtomicInteger batches = new AtomicInteger();
    return new LambdaBlock(list -> new NDList(list.head().mul(batches.incrementAndGet())));
  }

  /** Gives the first batch more than the second. */
  private static final class Counting extends AbstractBlock {
    private final Block linear = addChildBlock("linear", Linear.builder().setUnits(3).build());
    private int batches;

    @Override
    protected NDList forwardInternal(
        ParameterStore parameters,
        NDList inputs,
        boolean training,
        PairList<String, Object> params) {
      batches++;
      return new NDList(linear.forward(parameters, inputs, training).head().div(batches));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
      return linear.getOutputShapes(inputShapes);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
      linear.initialize(manager, type, shapes);
    }
  }

  private static WeightSnapshot weightsOf(ModelSource source) {
    Block block = ((BlockSource) source).factory().get();
    try (NDManager manager = NDManager.newBaseManager()) {
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 4));
      return BlockWeights.snapshot(block);
    }
  }

  private static KeptState stateAfterABatch(String module) throws InterruptedException {
    WeightSnapshot weights = TorchModules.module(module);
    try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
      model.refresh(weights);
      assertThat(model.keeps()).isEqualTo(KeptState.UNKNOWN);
      run(model, weights);
      return model.keeps();
    }
  }

  private static List<float[]> outputsOfManyThreads(LoadedModel model, WeightSnapshot weights)
      throws InterruptedException, ExecutionException {
    Queue<float[]> outputs = new ConcurrentLinkedQueue<>();
    byManyThreads(thread -> outputs.add(run(model, weights)));
    return List.copyOf(outputs);
  }

  /** A batch, of one of the threads. */
  private interface Batch {
    void run(int thread) throws InterruptedException;
  }

  private static void byManyThreads(Batch batch) throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int own = thread;
        running.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < BATCHES_EACH; i++) {
                    batch.run(own);
                  }
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** What a batch of the first eight rows of the probe gives. */
  private static float[] run(LoadedModel model, WeightSnapshot weights)
      throws InterruptedException {
    return run(model, weights, 8, (face, x) -> face.outputs(new NDList(x)).first());
  }

  private static float[] run(
      LoadedModel model,
      WeightSnapshot weights,
      int rows,
      BiFunction<EvaluationModel, NDArray, NDArray> call)
      throws InterruptedException {
    float[][] outputs = new float[1][];
    model.run(
        weights,
        face -> {
          try (NDManager scope = model.manager().newSubManager()) {
            outputs[0] = call.apply(face, TorchModules.probe(scope, 0, rows)).toFloatArray();
          }
        });
    return outputs[0];
  }

  private static void assertIs(float[] numbers, float[] expected) {
    assertThat(numbers).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(numbers[i]).isCloseTo(expected[i], within(2e-5f));
    }
  }
}
