package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationEngineContract;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.model.TorchModules;
import io.ostinato.model.TorchScriptSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.image.ImageFixtures;
import io.ostinato.spark.plugin.ResultsLimit;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link SparkEvaluationEngine} promises besides, on any master. */
abstract class SparkEngineContract extends EvaluationEngineContract {
  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);

  private static final WeightSnapshot WEIGHTS = TestNets.weights(1);

  protected abstract SparkSession session();

  @Override
  protected abstract SparkEvaluationEngine engine();

  @Override
  protected EvaluationData generated(int... partitions) {
    return TestSpark.generated(session(), partitions);
  }

  @Override
  protected EvaluationData images(float[][] images) {
    return TestSpark.images(session(), images);
  }

  @Test
  void anExecutorBuildsTheArchitectureOnceHoweverManyEvaluationsFollow() {
    SparkDataset data = TestSpark.generated(session(), 40, 40, 40, 40);
    Set<Long> counts = new HashSet<>();
    ModelSource counted = ModelSource.ofBlock(TestNets::counted, TestNets.FEATURES);
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session())) {
      int before = TestNets.BUILT.get();
      for (int seed = 1; seed <= 5; seed++) {
        EvaluationRequest request =
            new EvaluationRequest(
                tag(seed), data, 8, counted, TestNets.weights(seed), SparkEngineContract::builds);
        try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
          for (long built : results.get(0).toLongArray()) {
            counts.add(built - before);
          }
        }
      }
      assertThat(counts).as("counted in the executors' processes").containsExactly(1L);
      assertThat(engine.residents())
          .isNotEmpty()
          .allSatisfy(
              report -> {
                assertThat(report.builds()).isEqualTo(1);
                assertThat(report.device()).isEqualTo("cpu()");
              });
      assertThat(engine.residents().stream().mapToLong(ResidentReport::refreshes).max())
          .hasValue(5);
    }
  }

  @Test
  void theLocalEngineReadsTheSameRowsFromTheSameDataset() {
    SparkDataset data = TestSpark.generated(session(), 33, 0, 20);
    BatchProcessor echo = (batch, model) -> new NDList(batch.get("x"), batch.get("class"));
    try (EvaluationEngine local = new LocalEvaluationEngine();
        EvaluationResults here = local.evaluate(request(data, echo), ProgressDisplay.silent());
        EvaluationResults there =
            engine().evaluate(request(data, echo), ProgressDisplay.silent())) {
      assertThat(there.get(0).toByteArray()).isEqualTo(here.get(0).toByteArray());
      assertThat(there.get(1).toByteArray()).isEqualTo(here.get(1).toByteArray());
    }
  }

  @Test
  void rowsThatExecutorsKeepAreThoseThatTheDriverCollectsAndOutliveTheEngine() {
    SparkDataset data = TestSpark.generated(session(), 33, 0, 20);
    EvaluationRequest request =
        request(
            data, (batch, model) -> new NDList(model.forward(batch.get("x")), batch.get("class")));
    float[] outputs;
    long[] classes;
    EvaluatedRows kept;
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session())) {
      try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
        outputs = results.get(0).toFloatArray();
        classes = results.get(1).toLongArray();
      }
      kept = engine.evaluateToRows(request, ProgressDisplay.silent());
    }
    assertThat(kept.certificate().rowsEvaluated()).isEqualTo(53);
    assertThat(kept.skipped().count()).isZero();
    assertThat(kept.rows().columns()).containsExactly("row", "_0", "class");
    List<Row> rows = kept.rows().orderBy("row").collectAsList();
    assertThat(rows).hasSize(53);
    int width = outputs.length / rows.size();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      assertThat(row.getLong(0)).isEqualTo(i);
      for (int j = 0; j < width; j++) {
        assertThat(row.<Float>getList(1).get(j)).isEqualTo(outputs[i * width + j]);
      }
      assertThat(row.getLong(2)).isEqualTo(classes[i]);
    }
  }

  @Test
  void evaluationsThatShareAPassHaveTheirOwnNumbers() {
    SparkDataset data = TestSpark.generated(session(), 33, 0, 20);
    List<EvaluationRequest> requests =
        List.of(
            request(data, SparkEngineContract::normalized),
            request(data, (batch, model) -> new NDList(batch.get("x"), batch.get("class"))),
            request(data, SparkEngineContract::doubled),
            request(data, SparkEngineContract::normalized));
    List<byte[]> alone = new ArrayList<>();
    for (EvaluationRequest request : requests) {
      try (EvaluationResults results = engine().evaluate(request, ProgressDisplay.silent())) {
        alone.add(results.get(0).toByteArray());
      }
    }
    List<EvaluationResults> together =
        engine().evaluateTogether(requests, ProgressDisplay.silent());
    for (int i = 0; i < alone.size(); i++) {
      assertThat(together.get(i).get(0).toByteArray()).as("request %d", i).isEqualTo(alone.get(i));
    }
    together.forEach(EvaluationResults::close);
  }

  @Test
  void twoEvaluationsInFlightDontMixTheirWeights() throws Exception {
    SparkDataset data = TestSpark.generated(session(), 60, 60, 60, 60);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<List<byte[]>>> both = new ArrayList<>();
      for (int seed = 1; seed <= 2; seed++) {
        int weights = seed;
        both.add(threads.submit(() -> outputs(data, weights, 6)));
      }
      for (int seed = 1; seed <= 2; seed++) {
        byte[] expected = outputs(data, seed, 1).get(0);
        assertThat(both.get(seed - 1).get(2, TimeUnit.MINUTES))
            .hasSize(6)
            .allSatisfy(outputs -> assertThat(outputs).isEqualTo(expected));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void onlyShardsThatChangedAreSent() {
    SparkDataset data = TestSpark.generated(session(), 20, 20);
    ModelSource wide = ModelSource.ofBlock(TestNets::wide, TestNets.FEATURES);
    WeightSnapshot first = TestNets.wideWeights(1);
    HostArray array = first.arrays().get(0);
    byte[] bytes = array.bytes().clone();
    bytes[0]++;
    WeightSnapshot second =
        WeightSnapshot.of(
            List.of(HostArray.of(array.name(), array.dataType(), array.shape(), bytes)));
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session())) {
      long[] sent = new long[3];
      int i = 0;
      for (WeightSnapshot weights : List.of(first, second, second)) {
        EvaluationRequest request =
            new EvaluationRequest(
                tag(1),
                data,
                8,
                wide,
                weights,
                (batch, model) -> new NDList(model.forward(batch.get("x")).sum(new int[] {1})));
        engine.evaluate(request, ProgressDisplay.silent()).close();
        sent[i++] = engine.weightBytesSent();
      }
      assertThat(sent).containsExactly(2 << 20, 3 << 20, 3 << 20);
    }
  }

  @Test
  void resultsThatTheDriverCantHoldAreRefusedWithTheWaysOut() {
    SparkDataset data = TestSpark.generated(session(), 40);
    EvaluationWork work =
        EvaluationWork.of(
            request(data, SparkEngineContract::normalized),
            1_000_000,
            new ResultsLimit("spark.ostinato.evaluations.resultsLimit", 1 << 20));
    assertThatThrownBy(() -> work.checkSize(12_000_000))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "callback 'builds' at E0_U1_S1 on dataset 'generated': the results of 1000000 rows take"
                + " 12000000 bytes, and spark.ostinato.evaluations.resultsLimit is 1048576; reduce"
                + " them on the executors by overriding metrics(), or let the executors write them"
                + " with results().toParquet(path)");
  }

  @Test
  void progressMovesWhileATaskRuns(@TempDir Path folder) {
    Path shownFirst = folder.resolve("shown");
    ShownCounts shown =
        ShownCounts.telling(
            done -> {
              if (done >= 7 && done < 21) {
                create(shownFirst);
              }
            });
    String awaited = shownFirst.toString();
    EvaluationRequest request =
        request(
            TestSpark.generated(session(), 21),
            (batch, model) -> {
              if (batch.firstRow() == 14) {
                await(awaited);
              }
              return new NDList(model.forward(batch.get("x")));
            });
    engine().evaluate(request, shown).close();
    assertThat(shown.started())
        .containsExactly("callback 'builds' at E0_U1_S1 on dataset 'generated': 21 rows");
    assertThat(shown.counts()).isSorted().endsWith(21L).containsAnyOf(7L, 14L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"features", "counter", "cache", "average", "statistics"})
  void modelsThatKeepSomethingGiveWhatPyTorchGivesForEachBatchAlone(String module) {
    int copies = 2;
    SparkDataset data = TestSpark.probes(session(), copies, 4);
    EvaluationRequest request =
        new EvaluationRequest(
            tag(1),
            data,
            4,
            ModelSource.torchScript(),
            TorchModules.module(module),
            (batch, model) -> new NDList(model.outputs(new NDList(batch.get("x"))).first()));
    float[] expected = TorchModules.expectedOfBatches(module);
    for (int i = 0; i < 2; i++) {
      try (EvaluationResults results = engine().evaluate(request, ProgressDisplay.silent())) {
        assertRepeats(results.get(0).toFloatArray(), expected, copies, "evaluation " + i);
      }
    }
    for (EvaluationResults each :
        engine().evaluateTogether(List.of(request, request), ProgressDisplay.silent())) {
      assertRepeats(each.get(0).toFloatArray(), expected, copies, "of two that are due together");
      each.close();
    }
    assertThat(engine().residents().stream().flatMap(report -> report.notes().stream()))
        .anyMatch(note -> note.contains("one batch runs at a time"));
  }

  @Test
  void encodedPicturesAreClassifiedAsWithTorchvision() {
    SparkDataset data = TestSpark.pictures(session(), 7);
    EvaluationRequest request =
        new EvaluationRequest(
            tag(1),
            data,
            16,
            ModelSource.torchScript(),
            TorchScriptSource.snapshotOf(ImageFixtures.file("net.pt")),
            (batch, model) -> new NDList(model.forward(batch.get("x"))));
    float[] expected = ImageFixtures.outputs();
    try (EvaluationEngine local = new LocalEvaluationEngine();
        EvaluationResults here = local.evaluate(request, ProgressDisplay.silent());
        EvaluationResults there = engine().evaluate(request, ProgressDisplay.silent())) {
      assertThat(there.get(0).toByteArray()).isEqualTo(here.get(0).toByteArray());
      float[] outputs = there.get(0).toFloatArray();
      assertThat(outputs).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        assertThat(outputs[i]).as("output %s", i).isCloseTo(expected[i], within(1e-5f));
      }
      assertThat(there.get(0).argMax(1).toLongArray())
          .containsExactly(ImageFixtures.classes().stream().mapToLong(n -> n).toArray());
    }
  }

  @Test
  void rowsThatCantBeReadOrProcessedAreLeftOut() {
    SparkDataset data = TestSpark.badRows(session());
    BatchProcessor processor =
        (batch, model) -> {
          for (long label : batch.get("class").toLongArray()) {
            if (label == 41) {
              throw new IllegalStateException("no luck with row 41");
            }
          }
          return new NDList(batch.get("class"), batch.get("x"));
        };
    long[] good =
        LongStream.range(0, 60)
            .filter(row -> !Set.of(3L, 17L, 18L, 40L, 41L).contains(row))
            .toArray();
    EvaluationRequest request = request(data, processor).withPolicy(skipping(5));
    try (EvaluationEngine local = new LocalEvaluationEngine();
        EvaluationResults here = local.evaluate(request, ProgressDisplay.silent());
        EvaluationResults there = engine().evaluate(request, ProgressDisplay.silent())) {
      assertThat(there.get(0).toLongArray()).isEqualTo(good);
      assertThat(there.get(1).toByteArray()).isEqualTo(here.get(1).toByteArray());
      assertThat(there.rows()).isEqualTo(55);
      assertThat(there.skipped()).isEqualTo(here.skipped());
      assertThat(there.skipped().first())
          .extracting(SkippedRow::toString)
          .containsExactly(
              "row 3 (partition 0): column 'x': is null; expected float32 (2); drop or fill such rows"
                  + " first",
              "row 17 (partition 1): column 'x': has 1 elements; expected 2 for float32 (2)",
              "row 18 (partition 1): column 'x': element 1 is null; expected float32 (2)",
              "row 40 (partition 2): column 'class': 0.5 is not a whole number from"
                  + " -9223372036854775808 to 9223372036854775807; expected int64 ()",
              "row 41 (partition 2): java.lang.IllegalStateException: no luck with row 41");
    }
  }

  @Test
  void moreBadRowsThanAllowedAreAnErrorWithTheFirst() {
    SparkDataset data = TestSpark.badRows(session());
    BatchProcessor echo = (batch, model) -> new NDList(batch.get("class"));
    EvaluationRequest request = request(data, echo);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(
              () ->
                  engine()
                      .evaluate(request.withPolicy(skipping(3)), ProgressDisplay.silent())
                      .close())
          .isInstanceOf(EvaluationException.class)
          .hasMessageContaining("callback 'builds' at E0_U1_S1 on dataset 'generated'")
          .hasMessageContaining(
              "4 rows or more can't be read or processed, but bad_rows is 'skip 3'")
          .hasMessageContaining("the first: row 3 (partition 0): column 'x': is null; expected")
          .hasMessageContaining("row 40 (partition 2): column 'class': 0.5 is not a whole number");
      assertThatThrownBy(() -> engine().evaluate(request, ProgressDisplay.silent()).close())
          .hasMessageContaining("of partition ")
          .hasMessageNotContaining("bad_rows");
      try (EvaluationResults results =
          engine().evaluate(request.withPolicy(skipping(4)), ProgressDisplay.silent())) {
        assertThat(results.rows()).isEqualTo(56);
      }
    }
  }

  @Test
  void aPartitionWithTooManyBadRowsIsAnErrorAtOnce() {
    EvaluationRequest request =
        request(TestSpark.badRows(session()), (batch, model) -> new NDList(batch.get("class")));
    assertThatThrownBy(
            () ->
                engine()
                    .evaluate(request.withPolicy(skipping(1)), ProgressDisplay.silent())
                    .close())
        .hasMessageContaining(
            "2 rows or more can't be read or processed, but bad_rows is 'skip 1'; correct or remove"
                + " them, or allow more with bad_rows: skip n; the first: row 2 of partition 1: column"
                + " 'x': has 1 elements; expected 2 for float32 (2); row 3 of partition 1: column 'x':"
                + " element 1 is null; expected float32 (2)");
  }

  @Test
  void aRowFunctionMayFailForAllRowsOfABatch() {
    SparkDataset data =
        SparkDataset.of(
            session().range(0, 60, 1, 4).toDF("id"),
            (row, manager) -> {
              if (row.getLong(0) < 9 || row.getLong(0) > 14 && row.getLong(0) < 30) {
                throw new IllegalStateException("no luck");
              }
              NDArray id = manager.create(row.getLong(0));
              id.setName("id");
              return new NDList(id);
            });
    EvaluationRequest request =
        request(data, (batch, model) -> new NDList(batch.get("id"))).withPolicy(skipping(30));
    try (EvaluationResults results = engine().evaluate(request, ProgressDisplay.silent())) {
      assertThat(results.get(0).toLongArray())
          .isEqualTo(
              LongStream.concat(LongStream.range(9, 15), LongStream.range(30, 60)).toArray());
      assertThat(results.skipped().count()).isEqualTo(24);
      assertThat(results.skipped().first())
          .hasSize(10)
          .element(9)
          .hasToString(
              "row 15 (partition 1): the row function: it failed with"
                  + " java.lang.IllegalStateException: no luck");
    }
  }

  private static void assertRepeats(float[] numbers, float[] expected, int copies, String what) {
    assertThat(numbers).as(what).hasSize(copies * expected.length);
    for (int i = 0; i < numbers.length; i++) {
      assertThat(numbers[i])
          .as("%s, row %s", what, i / 3)
          .isCloseTo(expected[i % expected.length], within(2e-5f));
    }
  }

  private static void create(Path file) {
    try {
      Files.writeString(file, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Until the driver, which may be another process, has made this file. */
  private static void await(String file) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(Path.of(file))) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("what the task has done was never shown");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private List<byte[]> outputs(SparkDataset data, int seed, int times) {
    List<byte[]> outputs = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      EvaluationRequest request =
          new EvaluationRequest(
              tag(seed),
              data,
              16,
              CLASSIFIER,
              TestNets.weights(seed),
              (batch, model) -> new NDList(model.forward(batch.get("x"))));
      try (EvaluationResults results = engine().evaluate(request, ProgressDisplay.silent())) {
        assertThat(results.manifest()).isEqualTo(TestNets.weights(seed).manifest().hash());
        outputs.add(results.get(0).toByteArray());
      }
    }
    return outputs;
  }

  /** Changes what the model gave, which must not reach another callback. */
  private static NDList normalized(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")).subi(1).muli(2));
  }

  /** Works on an array of its own. */
  private static NDList doubled(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x").mul(2)));
  }

  private static EvaluationRequest request(SparkDataset data, BatchProcessor processor) {
    return new EvaluationRequest(tag(1), data, 7, CLASSIFIER, WEIGHTS, processor);
  }

  private static EvaluationTag tag(int update) {
    return new EvaluationTag("builds", new TrainingIteration(0, update, update), "generated");
  }

  private static NDList builds(EvaluationBatch batch, EvaluationModel model) {
    model.forward(batch.get("x"));
    return new NDList(batch.get("x").getManager().create((long) TestNets.BUILT.get()));
  }
}
