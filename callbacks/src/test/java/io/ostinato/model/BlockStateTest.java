package io.ostinato.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.ostinato.evaluation.TestNets;
import io.ostinato.torchscript.KeptState;
import io.ostinato.weights.WeightSnapshot;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicMarkableReference;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What DJL blocks keep from one forward to the next is found, wherever they keep it. */
class BlockStateTest {
  private static final Shape FEATURES = new Shape(4);

  static Stream<Arguments> blocksThatCount() {
    BlockFactory counting = keeping(() -> new int[1], count -> ++count[0]);
    return Stream.of(
        arguments("a block in a SequentialBlock", within(counting, BlockStateTest::sequential)),
        arguments(
            "a block two SequentialBlocks deep",
            within(
                within(counting, BlockStateTest::sequential),
                block -> new SequentialBlock().add(block))),
        arguments("a block in a ParallelBlock", within(counting, BlockStateTest::parallel)),
        arguments("a lambda in a SequentialBlock", (BlockFactory) BlockStateTest::countingLambda),
        arguments("a lambda of one array", (BlockFactory) BlockStateTest::countingArrays),
        arguments("the function of a ParallelBlock", (BlockFactory) BlockStateTest::countingJoin),
        arguments("a primitive field", (BlockFactory) OwnField::new),
        arguments(
            "a large array", keeping(() -> new byte[1 << 20], array -> ++array[(1 << 20) - 1])),
        arguments("a list in a map", keeping(HashMap::new, BlockStateTest::remember)),
        arguments("a map of one key", keeping(HashMap::new, BlockStateTest::overwrite)),
        arguments("an AtomicInteger", keeping(AtomicInteger::new, AtomicInteger::incrementAndGet)),
        arguments(
            "an AtomicBoolean", keeping(AtomicBoolean::new, seen -> seen.getAndSet(true) ? 1 : 0)),
        arguments(
            "an AtomicIntegerArray",
            keeping(() -> new AtomicIntegerArray(9), counts -> counts.incrementAndGet(5))),
        arguments(
            "an AtomicReference",
            keeping(
                () -> new AtomicReference<>(0), count -> count.updateAndGet(number -> number + 1))),
        arguments(
            "an AtomicMarkableReference",
            keeping(
                () -> new AtomicMarkableReference<>("", false),
                seen -> seen.attemptMark("", !seen.isMarked()) && seen.isMarked() ? 1 : 0)),
        arguments("a LongAdder", keeping(LongAdder::new, BlockStateTest::increment)),
        arguments("a BitSet", keeping(BitSet::new, BlockStateTest::setNext)),
        arguments("a Random", keeping(() -> new Random(7), random -> random.nextInt(1 << 20))),
        arguments("a buffer", keeping(() -> IntBuffer.allocate(9), BlockStateTest::putNext)),
        arguments(
            "a buffer's content", keeping(() -> IntBuffer.allocate(9), BlockStateTest::putFirst)),
        arguments(
            "a StringBuilder", keeping(StringBuilder::new, text -> text.append('x').length())),
        arguments(
            "an Optional",
            keeping(
                () -> Optional.of(new AtomicInteger()),
                count -> count.orElseThrow().incrementAndGet())),
        arguments(
            "a ThreadLocal",
            keeping(() -> ThreadLocal.withInitial(() -> new int[1]), local -> ++local.get()[0])),
        arguments(
            "a random number generator that can't be looked into",
            keeping(() -> new SplittableRandom(7), random -> random.nextInt(1 << 20))),
        arguments(
            "a composed function",
            keeping(BlockStateTest::composed, function -> function.apply("x"))),
        arguments(
            "a Map with a counter of its own",
            keeping(CountingMap::new, map -> map.containsKey("x") ? 0 : map.asked)),
        arguments(
            "an AtomicInteger with a counter of its own",
            keeping(CountingNumber::new, number -> ++number.asked)),
        arguments(
            "a chain of 100,000 objects",
            keeping(() -> Link.chain(100_000), first -> ++first.last().count)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blocksThatCount")
  void everyBatchGetsWhatTheFirstGets(String name, BlockFactory factory) throws Exception {
    ModelSource source = ModelSource.ofBlock(factory, FEATURES);
    WeightSnapshot none = WeightSnapshot.of(List.of());
    try (LoadedModel model = source.build(Device.cpu())) {
      model.refresh(none);
      float[] first = run(model, none);
      assertThat(model.keeps()).isEqualTo(KeptState.ACCUMULATED);
      assertThat(model.notes())
          .singleElement()
          .asString()
          .contains("one batch runs at a time, each on the model as it was loaded");
      for (int i = 0; i < 3; i++) {
        assertThat(run(model, none)).isEqualTo(first);
      }
      model.refresh(none);
      assertThat(run(model, none)).isEqualTo(first);
    }
  }

  @Test
  void manyThreadsGetWhatABatchGetsAlone() throws Exception {
    BlockFactory factory = within(OwnField::new, BlockStateTest::sequential);
    WeightSnapshot none = WeightSnapshot.of(List.of());
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (LoadedModel model = ModelSource.ofBlock(factory, FEATURES).build(Device.cpu())) {
      model.refresh(none);
      List<Callable<float[]>> batches = Collections.nCopies(96, () -> run(model, none));
      for (Future<float[]> batch : threads.invokeAll(batches)) {
        assertThat(batch.get()).containsOnly(1f);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  static Stream<Arguments> usualBlocks() {
    return Stream.of(
        arguments("layers", (BlockFactory) BlockStateTest::layers, FEATURES),
        arguments("images", (BlockFactory) BlockStateTest::images, new Shape(3, 8, 8)),
        arguments("recurrent", (BlockFactory) BlockStateTest::recurrent, new Shape(5, 4)),
        arguments("what doesn't change", (BlockFactory) Unchanging::new, FEATURES));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("usualBlocks")
  void usualBlocksAreRunByAllAtOnce(String name, BlockFactory factory, Shape input)
      throws Exception {
    ModelSource source = ModelSource.ofBlock(factory, input);
    WeightSnapshot weights = TestNets.weights(factory.get(), 1, input);
    try (LoadedModel model = source.build(Device.cpu())) {
      model.refresh(weights);
      float[] first = run(model, weights, face -> face.forward(ones(model, input)));
      assertThat(model.notes()).isEmpty();
      assertThat(model.keeps()).isEqualTo(KeptState.NONE);
      assertThat(run(model, weights, face -> face.forward(ones(model, input)))).isEqualTo(first);
    }
  }

  @Test
  void whatCantBeLookedIntoIsNamed() throws Exception {
    assertThat(noteOf(keeping(() -> new SplittableRandom(7), SplittableRandom::nextInt)))
        .isEqualTo(
            "the model has state that can't be compared (Keeping.state of class SplittableRandom),"
                + " so later batches may depend on earlier ones: one batch runs at a time, each on"
                + " the model as it was loaded");
    assertThat(noteOf(within(OwnField::new, BlockStateTest::sequential)))
        .startsWith(
            "the model's forward changes its state (SequentialBlock.children.values[1].batches),"
                + " so");
  }

  @Test
  void aBatchThatFailsLeavesNothingBehind() throws Exception {
    WeightSnapshot none = WeightSnapshot.of(List.of());
    try (LoadedModel model = ModelSource.ofBlock(OwnField::new, FEATURES).build(Device.cpu())) {
      model.refresh(none);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> run(model, none, BlockStateTest::forwardAndFail))
            .hasMessage("no luck");
      }
      assertThat(run(model, none)).containsOnly(1f);
      assertThat(model.keeps()).isEqualTo(KeptState.ACCUMULATED);
      assertThatThrownBy(() -> run(model, none, BlockStateTest::forwardAndFail))
          .hasMessage("no luck");
      assertThat(run(model, none)).containsOnly(1f);
    }
  }

  @Test
  void aModuleWhoseFirstBatchFailsIsLoadedAgain() throws Exception {
    WeightSnapshot weights = TorchModules.module("statistics");
    List<float[]> outputs = new ArrayList<>();
    for (boolean fails : new boolean[] {false, true}) {
      try (LoadedModel model = ModelSource.torchScript().build(Device.cpu())) {
        NDList x = new NDList(TorchModules.probe(model.manager(), 0, 8));
        model.refresh(weights);
        if (fails) {
          assertThatThrownBy(
                  () ->
                      run(
                          model,
                          weights,
                          face -> {
                            face.outputs(x);
                            throw new IllegalStateException("no luck");
                          }))
              .hasMessage("no luck");
        }
        outputs.add(run(model, weights, face -> new NDList(face.outputs(x).first())));
      }
    }
    assertThat(outputs.get(1)).isEqualTo(outputs.get(0));
  }

  @Test
  void aBatchThatDoesntRunTheModelSaysNothingOfIt() throws Exception {
    WeightSnapshot none = WeightSnapshot.of(List.of());
    try (LoadedModel model = ModelSource.ofBlock(OwnField::new, FEATURES).build(Device.cpu())) {
      model.refresh(none);
      assertThat(run(model, none, face -> ones(model, FEATURES))).containsOnly(1f);
      assertThat(model.keeps()).isEqualTo(KeptState.UNKNOWN);
      assertThat(run(model, none)).containsOnly(1f);
      assertThat(model.keeps()).isEqualTo(KeptState.ACCUMULATED);
      assertThat(run(model, none)).containsOnly(1f);
    }
  }

  @Test
  void aBatchThatDoesntRunTheModelNeverWaits() throws Exception {
    WeightSnapshot none = WeightSnapshot.of(List.of());
    try (LoadedModel model = ModelSource.ofBlock(OwnField::new, FEATURES).build(Device.cpu())) {
      model.refresh(none);
      float[] outer =
          run(
              model,
              none,
              face -> {
                NDList outputs = face.forward(ones(model, FEATURES));
                float[] inner = onAnotherThread(() -> run(model, none, f -> ones(model, FEATURES)));
                assertThat(inner).containsOnly(1f);
                return outputs;
              });
      assertThat(outer).containsOnly(2f);
    }
  }

  @Test
  void anInterruptionWhileABatchWaitsIsOne() throws Exception {
    WeightSnapshot none = WeightSnapshot.of(List.of());
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (LoadedModel model = ModelSource.ofBlock(OwnField::new, FEATURES).build(Device.cpu())) {
      model.refresh(none);
      run(
          model,
          none,
          face -> {
            NDList outputs = face.forward(ones(model, FEATURES));
            Future<float[]> waiting =
                thread.submit(
                    () ->
                        run(
                            model,
                            none,
                            other -> {
                              Thread.currentThread().interrupt();
                              return other.forward(ones(model, FEATURES));
                            }));
            assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS))
                .hasCauseInstanceOf(InterruptedException.class);
            return outputs;
          });
      assertThat(run(model, none)).containsOnly(1f);
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void askingForALayerChangesNothing() throws Exception {
    for (String layer : List.of("01Linear", "02SequentialBlock/01Linear")) {
      WeightSnapshot weights = TestNets.weights(nested(), 1, FEATURES);
      ModelSource source = ModelSource.ofBlock(BlockStateTest::nested, FEATURES);
      try (LoadedModel model = source.build(Device.cpu())) {
        model.refresh(weights);
        for (int i = 0; i < 2; i++) {
          run(model, weights, face -> face.forward(ones(model, FEATURES), layer));
          assertThat(model.notes()).as(layer).isEmpty();
          assertThat(model.keeps()).as(layer).isEqualTo(KeptState.NONE);
        }
      }
    }
    WeightSnapshot weights = TestNets.weights(new Held(), 1, FEATURES);
    try (LoadedModel model = ModelSource.ofBlock(Held::new, FEATURES).build(Device.cpu())) {
      model.refresh(weights);
      run(model, weights, face -> face.forward(ones(model, FEATURES), "linear"));
      assertThat(model.notes()).isEmpty();
      assertThat(model.keeps()).isEqualTo(KeptState.NONE);
    }
  }

  @Test
  void aLayerThatCountsIsFoundBehindItsRecorder() throws Exception {
    BlockFactory factory = () -> new SequentialBlock().add(new OwnField());
    WeightSnapshot none = WeightSnapshot.of(List.of());
    try (LoadedModel model = ModelSource.ofBlock(factory, FEATURES).build(Device.cpu())) {
      model.refresh(none);
      for (int i = 0; i < 3; i++) {
        assertThat(run(model, none, face -> face.forward(ones(model, FEATURES), "01OwnField")))
            .containsOnly(2f);
      }
      assertThat(model.keeps()).isEqualTo(KeptState.ACCUMULATED);
    }
  }

  private static NDList forwardAndFail(EvaluationModel face) {
    try (NDManager scope = NDManager.newBaseManager()) {
      face.forward(new NDList(scope.zeros(new Shape(2, 4))));
      throw new IllegalStateException("no luck");
    }
  }

  private static String noteOf(BlockFactory factory) throws InterruptedException {
    WeightSnapshot none = WeightSnapshot.of(List.of());
    try (LoadedModel model = ModelSource.ofBlock(factory, FEATURES).build(Device.cpu())) {
      model.refresh(none);
      run(model, none);
      return model.notes().iterator().next();
    }
  }

  /** What a batch of zeros gives. */
  private static float[] run(LoadedModel model, WeightSnapshot weights)
      throws InterruptedException {
    return run(
        model,
        weights,
        face -> {
          NDList ones = ones(model, FEATURES);
          return face.forward(new NDList(ones.head().zerosLike()));
        });
  }

  private static float[] run(
      LoadedModel model, WeightSnapshot weights, Function<EvaluationModel, NDList> batch)
      throws InterruptedException {
    float[][] outputs = new float[1][];
    model.run(weights, face -> outputs[0] = batch.apply(face).head().toFloatArray());
    return outputs[0];
  }

  private static NDList ones(LoadedModel model, Shape input) {
    return new NDList(model.manager().ones(new Shape(2).addAll(input)));
  }

  private static float[] onAnotherThread(Callable<float[]> batch) {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      return thread.submit(batch).get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    } finally {
      thread.shutdownNow();
    }
  }

  private static <T> BlockFactory keeping(Supplier<T> state, ToIntFunction<T> step) {
    return () -> new Keeping<>(state.get(), step);
  }

  private static BlockFactory within(BlockFactory factory, Function<Block, Block> container) {
    return () -> container.apply(factory.get());
  }

  private static Block sequential(Block block) {
    return new SequentialBlock().add(Blocks.identityBlock()).add(block);
  }

  private static Block parallel(Block block) {
    return new ParallelBlock(lists -> lists.get(0), List.of(block, Blocks.identityBlock()));
  }

  private static Block countingLambda() {
    int[] batches = new int[1];
    return new SequentialBlock().add(list -> new NDList(list.head().add(++batches[0])));
  }

  private static Block countingArrays() {
    int[] batches = new int[1];
    return new SequentialBlock().addSingleton(array -> array.add(++batches[0]));
  }

  private static Block countingJoin() {
    int[] batches = new int[1];
    return new ParallelBlock(
        lists -> new NDList(lists.get(0).head().add(++batches[0])),
        List.of(Blocks.identityBlock(), Blocks.identityBlock()));
  }

  private static int remember(Map<Object, Object> map) {
    map.put("seen", map.size());
    map.put(map.size(), "more");
    return map.size();
  }

  private static int overwrite(Map<Object, Object> map) {
    return (int) map.merge("seen", 1, (one, other) -> (int) one + (int) other);
  }

  private static int increment(LongAdder adder) {
    adder.increment();
    return adder.intValue();
  }

  private static int setNext(BitSet bits) {
    bits.set(bits.cardinality());
    return bits.cardinality();
  }

  private static int putNext(IntBuffer buffer) {
    return buffer.put(1).position();
  }

  private static int putFirst(IntBuffer buffer) {
    buffer.put(0, buffer.get(0) + 1);
    return buffer.get(0);
  }

  private static Function<String, Integer> composed() {
    int[] count = new int[1];
    Function<String, String> first = text -> text + count[0]++;
    return first.andThen(text -> count[0]);
  }

  private static Block layers() {
    Function<NDList, NDList> pure = list -> new NDList(list.head().mul(2));
    return new SequentialBlock()
        .add(Linear.builder().setUnits(6).build())
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Activation.leakyReluBlock(0.1f))
        .add(Dropout.builder().optRate(0.4f).build())
        .add(LayerNorm.builder().build())
        .add(pure)
        .add(Blocks.identityBlock())
        .addSingleton(array -> array.add(1))
        .add(
            new ParallelBlock(
                lists -> new NDList(lists.get(0).head().add(lists.get(1).head())),
                List.of(
                    Linear.builder().setUnits(3).build(),
                    new SequentialBlock().add(Linear.builder().setUnits(3).build()))));
  }

  /** The kinds of blocks that a ResNet is of. */
  private static Block images() {
    Block deep =
        new SequentialBlock()
            .add(
                Conv2d.builder()
                    .setFilters(4)
                    .setKernelShape(new Shape(3, 3))
                    .optPadding(new Shape(1, 1))
                    .build())
            .add(BatchNorm.builder().build());
    return new SequentialBlock()
        .add(Conv2d.builder().setFilters(4).setKernelShape(new Shape(1, 1)).build())
        .add(
            new ParallelBlock(
                lists ->
                    new NDList(
                        Activation.relu(lists.get(0).singletonOrThrow())
                            .add(lists.get(1).singletonOrThrow())),
                List.of(deep, Blocks.identityBlock())))
        .add(Pool.globalAvgPool2dBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(3).build());
  }

  private static Block recurrent() {
    return new SequentialBlock()
        .add(
            LSTM.builder()
                .setStateSize(4)
                .setNumLayers(2)
                .optDropRate(0.2f)
                .optReturnState(false)
                .build())
        .add(GRU.builder().setStateSize(3).setNumLayers(1).optReturnState(false).build());
  }

  private static Block nested() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(4).build())
        .add(new SequentialBlock().add(Linear.builder().setUnits(3).build()));
  }

  /** A block of the tests, which gives as much as it takes. */
  private abstract static class OfSameShape extends AbstractBlock {
    abstract int step();

    @Override
    protected NDList forwardInternal(
        ParameterStore parameters,
        NDList inputs,
        boolean training,
        @Nullable PairList<String, Object> params) {
      return new NDList(inputs.head().add(step()));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
      return inputShapes;
    }
  }

  private static final class Keeping<T> extends OfSameShape {
    private final T state;
    private final ToIntFunction<T> step;

    Keeping(T state, ToIntFunction<T> step) {
      this.state = state;
      this.step = step;
    }

    @Override
    int step() {
      return step.applyAsInt(state);
    }
  }

  private static final class OwnField extends OfSameShape {
    private int batches;

    @Override
    int step() {
      return ++batches;
    }
  }

  /** What a block may hold that no forward changes. */
  @SuppressWarnings("UnusedVariable") // it is there to be looked at
  private static final class Unchanging extends OfSameShape {
    private final Logger log = LoggerFactory.getLogger(Unchanging.class);
    private final Object lock = new Object();
    private final ReentrantLock turn = new ReentrantLock();
    private final Map<String, List<Integer>> table = new LinkedHashMap<>(Map.of("a", List.of(1)));
    private final Function<Object, Object> same = Function.identity();
    private final Class<?> type = String.class;
    private final LambdaBlock inner = new LambdaBlock(list -> list);
    private final Optional<String> name = Optional.of("net");
    private final DataType dataType = DataType.FLOAT32;
    private final Device device = Device.cpu();

    @Override
    int step() {
      turn.lock();
      try {
        synchronized (lock) {
          log.trace("forward");
          return table.size();
        }
      } finally {
        turn.unlock();
      }
    }
  }

  /** Has its layer in a field. */
  private static final class Held extends AbstractBlock {
    private final Block linear = addChildBlock("linear", Linear.builder().setUnits(3).build());

    @Override
    protected NDList forwardInternal(
        ParameterStore parameters,
        NDList inputs,
        boolean training,
        @Nullable PairList<String, Object> params) {
      return linear.forward(parameters, inputs, training);
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

  private static final class CountingMap extends HashMap<String, String> {
    private static final long serialVersionUID = 1;
    private int asked;

    @Override
    public boolean containsKey(Object key) {
      asked++;
      return super.containsKey(key);
    }
  }

  private static final class CountingNumber extends AtomicInteger {
    private static final long serialVersionUID = 1;
    private int asked;
  }

  private static final class Link {
    private final @Nullable Link next;
    private int count;

    private Link(@Nullable Link next) {
      this.next = next;
    }

    static Link chain(int length) {
      Link first = new Link(null);
      for (int i = 1; i < length; i++) {
        first = new Link(first);
      }
      return first;
    }

    Link last() {
      Link last = this;
      while (last.next != null) {
        last = last.next;
      }
      return last;
    }
  }
}
