package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.Pair;
import io.ostinato.LogLines;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DataChangedException;
import io.ostinato.evaluation.DeadlineExceededException;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.TestNets;
import io.ostinato.libraries.DeviceTraps;
import io.ostinato.model.BlockWeights;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.model.ModuleTemplate;
import io.ostinato.model.WeightFixtures;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.plugin.OstinatoPlugin;
import io.ostinato.spark.resident.TaskWatchdog;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** On executors that are processes of their own, with the plugin. */
class SparkEvaluationEngineIT extends SparkEngineContract {
  /** Number of weights that are evaluated in turn. */
  private static final int IN_TURN = 5;

  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session =
        TestSpark.cluster(
            "local-cluster[2,1,1024]",
            // The heap must neither grow nor shrink beside what is measured of the resident set.
            "-Xms1g -XX:+AlwaysPreTouch",
            Map.of(
                "spark.plugins",
                OstinatoPlugin.class.getName(),
                "spark.ostinato.evaluations.grace",
                "500ms",
                // Otherwise the C library keeps what is freed of arrays this large, more or less
                // of it from one run to the next.
                "spark.executorEnv.MALLOC_MMAP_THRESHOLD_",
                Integer.toString(1 << 20)));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @Test
  void sparksBroadcastsAreLeftAlone() {
    assertThat(session.sparkContext().getConf().contains("spark.broadcast.compress")).isFalse();
    assertThat(session.sparkContext().getConf().contains("spark.broadcast.blockSize")).isFalse();
  }

  /**
   * Batches that an executor had stored are read again from files that have been replaced, while
   * the other executor still has those of before.
   */
  @Test
  void executorsThatDieNeverMixOldRowsAndNew(@TempDir Path folder) throws Exception {
    Path parquet = written(folder.resolve("data"), 0);
    SparkDataset data =
        SparkDataset.of(session.read().parquet(parquet.toString()))
            .column("id", "id", DataType.INT64);
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("ids", new TrainingIteration(1, 2, 3), "test"),
            data,
            4,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            (batch, model) -> new NDList(batch.get("id")));
    Path other = written(folder.resolve("other"), 1000);
    String before = ids(request);
    swap(parquet, other);
    assertThat(ids(request)).as("the executors have them stored").isEqualTo(before);
    List<Long> processes = processes();
    kill(processes.get(0));
    assertThat(ids(request)).isIn(before, "changed");
    for (long process : processes()) {
      kill(process);
    }
    assertThat(ids(request)).isEqualTo("changed");
    assertThat(ids(request)).as("though all batches are new now").isEqualTo("changed");
    swap(parquet, other);
    data.unpersist();
    assertThat(ids(request)).isEqualTo(before);
  }

  private static String ids(EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return Arrays.toString(results.get("id").toLongArray());
    } catch (DataChangedException e) {
      assertThat(e).hasMessageContaining("have other values, or another order, in column 'id'");
      return "changed";
    }
  }

  private static Path written(Path folder, int from) {
    session.range(from, from + 40, 1, 4).write().parquet(folder.toString());
    return folder;
  }

  /** Swaps the files of two folders, each under the name of the other. */
  private static void swap(Path one, Path other) throws IOException {
    List<Path> files = files(one);
    List<Path> others = files(other);
    for (int i = 0; i < files.size(); i++) {
      byte[] content = Files.readAllBytes(files.get(i));
      Files.write(files.get(i), Files.readAllBytes(others.get(i)));
      Files.write(others.get(i), content);
    }
  }

  /** The files with rows, after those with Hadoop's checksums of them are deleted. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.sorted().toList();
      for (Path file : all) {
        if (file.toString().endsWith(".crc")) {
          Files.delete(file);
        }
      }
      return all.stream().filter(file -> file.toString().endsWith(".parquet")).toList();
    }
  }

  /** The processes of executors, of which at least one runs each time. */
  private static List<Long> processes() {
    return new JavaSparkContext(session.sparkContext())
            .parallelize(IntStream.range(0, 16).boxed().toList(), 16)
            .map(i -> ProcessHandle.current().pid())
            .collect()
            .stream()
            .distinct()
            .toList();
  }

  private static void kill(long process) throws Exception {
    ProcessHandle.of(process).orElseThrow().destroyForcibly();
    ProcessHandle.of(process).map(ProcessHandle::onExit).ifPresent(CompletableFuture::join);
  }

  @Test
  void executorsThatDieWhileTwoEvaluationsAreInFlightChangeNothing() throws Exception {
    List<SparkDataset> datasets =
        List.of(
            TestSpark.generated(session, 40, 0, 30, 20), TestSpark.generated(session, 25, 25, 25));
    List<List<float[]>> expected = new ArrayList<>();
    for (SparkDataset data : datasets) {
      List<float[]> ofOne = new ArrayList<>();
      for (int weights = 1; weights <= IN_TURN; weights++) {
        ofOne.add(numbers(inFlight(data, weights, SparkEvaluationEngineIT::predict)));
      }
      expected.add(ofOne);
    }
    RandomKills kills = new RandomKills(new Random(7), 2);
    session.sparkContext().addSparkListener(kills);
    try {
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        int offset = thread;
        threads.add(
            inThread(
                () -> {
                  for (int i = 0; i < IN_TURN || !kills.areDone(); i++) {
                    int which = (i + offset) % IN_TURN;
                    SparkDataset data = datasets.get(i % 2);
                    assertThat(numbers(inFlight(data, which + 1, SparkEvaluationEngineIT::predict)))
                        .isEqualTo(expected.get(i % 2).get(which));
                  }
                }));
      }
      for (CompletableFuture<Void> thread : threads) {
        thread.get(2, TimeUnit.MINUTES);
      }
    } finally {
      session.sparkContext().removeSparkListener(kills);
    }
  }

  @Test
  void snapshotsThatFollowEachOtherAreSentFromTheirMemory() {
    ModelSource wide = ModelSource.ofBlock(SparkEvaluationEngineIT::biased, TestNets.FEATURES);
    SparkDataset data = TestSpark.generated(session, 16, 4);
    SnapshotTaker taker = new SnapshotTaker();
    try (SparkEvaluationEngine fresh = SparkEvaluationEngine.of(session);
        NDManager manager = NDManager.newBaseManager()) {
      Block trained = biased();
      trained.setInitializer(Initializer.ONES, parameter -> true);
      trained.initialize(manager, DataType.FLOAT32, new Shape(1).addAll(TestNets.FEATURES));
      for (int i = 1; i <= 4; i++) {
        WeightSnapshot weights = BlockWeights.snapshot(trained, taker);
        assertThat(weights.hasOwnMemory()).isTrue();
        EvaluationTag tag =
            new EvaluationTag("shared", new TrainingIteration(0, i, i), "generated");
        EvaluationRequest request =
            new EvaluationRequest(
                tag, data, 4, wide, weights, SparkEvaluationEngineIT::meansOfOnes);
        try (EvaluationResults results = fresh.evaluate(request, ProgressDisplay.silent())) {
          assertThat(results.get(0).toFloatArray())
              .as("eight features and the bias")
              .isNotEmpty()
              .containsOnly(9f * i);
        }
        for (Pair<String, Parameter> parameter : trained.getParameters()) {
          try (NDArray plain = parameter.getValue().getArray().stopGradient()) {
            plain.addi(1);
          }
        }
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryStaysFlatOverManyEvaluationsInFlight() throws Exception {
    // An evaluation copies 8 MiB of weights: versions that stay would add up to 240 MiB in each
    // executor.
    ModelSource wide = ModelSource.ofBlock(SparkEvaluationEngineIT::veryWide, TestNets.FEATURES);
    SparkDataset data = TestSpark.generated(session, 8, 8);
    List<WeightSnapshot> weights =
        LongStream.range(0, 4).mapToObj(seed -> TestNets.weights(veryWide(), seed)).toList();
    Map<Integer, Long> measured = new ConcurrentSkipListMap<>();
    try (SparkEvaluationEngine fresh = SparkEvaluationEngine.of(session)) {
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        int number = thread;
        threads.add(
            inThread(
                () -> {
                  for (int i = number; i < 60; i += 2) {
                    EvaluationTag tag =
                        new EvaluationTag("flat", new TrainingIteration(0, i, i), "generated");
                    BatchProcessor processor =
                        i % 10 < 2
                            ? SparkEvaluationEngineIT::measure
                            : SparkEvaluationEngineIT::sums;
                    EvaluationRequest request =
                        new EvaluationRequest(tag, data, 8, wide, weights.get(i % 4), processor);
                    try (EvaluationResults results =
                        fresh.evaluate(request, ProgressDisplay.silent())) {
                      if (i % 10 < 2) {
                        measured.put(
                            i,
                            LongStream.of(results.get("resident").toLongArray()).max().orElse(0));
                      }
                    }
                  }
                }));
      }
      for (CompletableFuture<Void> thread : threads) {
        thread.get(2, TimeUnit.MINUTES);
      }
      assertThat(fresh.residents())
          .isNotEmpty()
          .allSatisfy(report -> assertThat(report.builds()).isLessThanOrEqualTo(2))
          .allSatisfy(report -> assertThat(report.refreshes()).isLessThanOrEqualTo(60));
    }
    List<Long> inOrder = List.copyOf(measured.values());
    assertThat(median(inOrder.subList(8, 12)) - median(inOrder.subList(2, 6)))
        .as("growth of the resident set outside the heap, in KiB: %s", inOrder)
        .isLessThan(40_000);
  }

  private static CompletableFuture<Void> inThread(Runnable work) {
    return CompletableFuture.runAsync(work, task -> new Thread(task, "evaluation").start());
  }

  private static EvaluationRequest inFlight(
      SparkDataset data, int weights, BatchProcessor processor) {
    return new EvaluationRequest(
        new EvaluationTag("flying", new TrainingIteration(0, weights, weights), "generated"),
        data,
        4,
        ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
        TestNets.weights(weights),
        processor);
  }

  /** float32 (N, 8) to (N, 262144): 8 MiB of weights. */
  private static Block veryWide() {
    return Linear.builder().setUnits(262_144).optBias(false).build();
  }

  /** The same with 1 MiB of bias. */
  private static Block biased() {
    return Linear.builder().setUnits(262_144).build();
  }

  private static NDList meansOfOnes(EvaluationBatch batch, EvaluationModel model) {
    NDArray outputs = model.forward(batch.get("x").onesLike());
    return new NDList(outputs.sum(new int[] {1}).div(262_144));
  }

  private static NDList sums(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")).sum(new int[] {1}));
  }

  /** Kills executors at random ends of tasks. */
  private static final class RandomKills extends SparkListener {
    private final Random random;
    private int left;
    private int countdown;

    RandomKills(Random random, int kills) {
      this.random = random;
      this.left = kills;
      this.countdown = 1 + random.nextInt(12);
    }

    synchronized boolean areDone() {
      return left == 0;
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd task) {
      if (left == 0 || --countdown > 0) {
        return;
      }
      Optional<String> java = ProcessHandle.current().info().command();
      List<ProcessHandle> executors =
          ProcessHandle.current()
              .children()
              .filter(child -> child.isAlive() && child.info().command().equals(java))
              .sorted()
              .toList();
      if (!executors.isEmpty()) {
        executors.get(random.nextInt(executors.size())).destroyForcibly();
        left--;
        countdown = 8 + random.nextInt(24);
      }
    }
  }

  @Test
  void anExecutorWhoseDeviceIsLostIsReplaced() {
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("replaced", new TrainingIteration(0, 1, 1), "generated"),
            TestSpark.generated(session, 50, 50, 50),
            8,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            SparkEvaluationEngineIT::breakFirst);
    List<String> lines =
        LogLines.of(
            () -> {
              try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
                assertThat(results.get("labels").toLongArray())
                    .isEqualTo(IntStream.range(0, 150).mapToLong(GeneratedRows::label).toArray());
              }
            });
    assertThat(lines)
        .anyMatch(
            line ->
                line.contains(
                    "ends itself: it can't use its device cpu() any more (CUDA error: an illegal"
                        + " memory access was encountered); Spark replaces it"));
  }

  @Test
  void aDeviceThatEveryExecutorLosesIsNamedInTheFailure() {
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("lost", new TrainingIteration(0, 1, 1), "generated"),
            TestSpark.generated(session, 5),
            8,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            (batch, model) -> {
              throw new EngineException("CUDA error: device-side assert triggered");
            });
    assertThatThrownBy(() -> engine.evaluate(request, ProgressDisplay.silent()).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'lost' at E0_U1_S1 on dataset 'generated' failed: ")
        .hasMessageContaining("4 of the executors ended themselves, the last one (")
        .hasMessageContaining(
            ") because it can't use its device cpu() any more (CUDA error: device-side assert");
  }

  private static NDList breakFirst(EvaluationBatch batch, EvaluationModel model) {
    TaskContext task = TaskContext.get();
    if (task.partitionId() == 1 && task.attemptNumber() == 0 && batch.firstRow() > 80) {
      throw new EngineException(DeviceTraps.BROKEN);
    }
    batch.get("class").setName("labels");
    return new NDList(batch.get("class"));
  }

  @Override
  protected SparkSession session() {
    return session;
  }

  @Override
  protected SparkEvaluationEngine engine() {
    return engine;
  }

  @Test
  void anExecutorWhoseTaskIgnoresItsInterruptionIsReplacedAndTheNextEvaluationIsRight()
      throws Exception {
    SparkDataset data = TestSpark.generated(session, 20, 20);
    float[] before = numbers(request(data, SparkEvaluationEngineIT::predict));
    CompletableFuture<String> removed = new CompletableFuture<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onExecutorRemoved(SparkListenerExecutorRemoved executor) {
            removed.complete(executor.reason());
          }
        };
    session.sparkContext().addSparkListener(listener);
    try {
      EvaluationRequest stuck =
          request(data, SparkEvaluationEngineIT::spin)
              .withPolicy(EvaluationPolicy.exact().deadline(Duration.ofSeconds(2)));
      assertThatThrownBy(() -> numbers(stuck))
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining(" of 40 rows were done");
      assertThat(removed.get(2, TimeUnit.MINUTES)).contains("code " + TaskWatchdog.EXIT_CODE);
    } finally {
      session.sparkContext().removeSparkListener(listener);
    }
    assertThat(numbers(request(data, SparkEvaluationEngineIT::predict))).isEqualTo(before);
  }

  /** The backbone stays on the executors, which put the module together again. */
  @Test
  void aModuleWhoseHeadChangedReceivesItsHead() {
    ModuleTemplate net = ModuleTemplate.of(WeightFixtures.backbone());
    List<HostArray> backbone = WeightFixtures.backboneWeights(1);
    SparkDataset data =
        SparkDataset.of(
                session
                    .range(0, 64, 1, 4)
                    .selectExpr("transform(sequence(0, 24), i -> CAST(sin(id * i) AS FLOAT)) AS x"))
            .column("x", "x", DataType.FLOAT32, 1, 5, 5);
    try (SparkEvaluationEngine fresh = SparkEvaluationEngine.of(session)) {
      long before = storedBytes();
      long all = 0;
      for (int seed = 1; seed <= 4; seed++) {
        WeightSnapshot weights =
            WeightFixtures.filled(net, WeightFixtures.withOtherHead(backbone, seed));
        long sent = fresh.weightBytesSent();
        float[] outputs = outputs(fresh, data, net.source(), weights);
        assertThat(outputs).isEqualTo(outputsHere(net.source(), weights, outputs.length / 3));
        if (seed == 1) {
          all = fresh.weightBytesSent();
          assertThat(all).isEqualTo(weights.sizeBytes());
        } else {
          assertThat((double) (fresh.weightBytesSent() - sent) / all).isLessThan(0.02);
        }
        assertThat(storedBytes() - before).as("on the executors").isGreaterThan(all * 9 / 10);
      }
    }
  }

  private static float[] outputs(
      SparkEvaluationEngine engine, SparkDataset data, ModelSource model, WeightSnapshot weights) {
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("head", TrainingIteration.START, "generated"),
            data,
            16,
            model,
            weights,
            SparkEvaluationEngineIT::predict);
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return results.get(0).toFloatArray();
    }
  }

  /** The same rows in batches of the same size, without Spark. */
  private static float[] outputsHere(ModelSource source, WeightSnapshot weights, int rows) {
    float[] outputs = new float[rows * 3];
    try (LoadedModel model = source.build(Device.cpu())) {
      model.refresh(weights);
      for (int first = 0; first < rows; first += 16) {
        float[] numbers = new float[16 * 25];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = (float) Math.sin((double) (first + i / 25) * (i % 25));
        }
        NDArray images = model.manager().create(numbers, new Shape(16, 1, 5, 5));
        float[] part = model.model().forward(new NDList(images)).singletonOrThrow().toFloatArray();
        System.arraycopy(part, 0, outputs, first * 3, part.length);
      }
    }
    return outputs;
  }

  /** The memory that blocks fill on the executors, including parcels of weights. */
  private static long storedBytes() {
    String driver = session.sparkContext().env().blockManager().blockManagerId().hostPort();
    long bytes = 0;
    var all = session.sparkContext().getExecutorMemoryStatus().iterator();
    while (all.hasNext()) {
      var each = all.next();
      if (!each._1().equals(driver)) {
        bytes += (long) each._2()._1() - (long) each._2()._2();
      }
    }
    return bytes;
  }

  private static float[] numbers(EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return results.get(0).toFloatArray();
    }
  }

  private static EvaluationRequest request(SparkDataset data, BatchProcessor processor) {
    return new EvaluationRequest(
        new EvaluationTag("stuck", TrainingIteration.START, "generated"),
        data,
        8,
        ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
        TestNets.weights(1),
        processor);
  }

  private static NDList predict(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")));
  }

  /** As native code that never returns. */
  private static NDList spin(EvaluationBatch batch, EvaluationModel model) {
    while (batch.firstRow() >= 0) {
      LockSupport.parkNanos(1_000_000);
      Thread.interrupted();
    }
    return predict(batch, model);
  }
}
