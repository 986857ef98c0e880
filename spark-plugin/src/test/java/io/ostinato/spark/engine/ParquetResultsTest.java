package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.evaluation.TestNets;
import io.ostinato.libraries.DeviceSteps.Step;
import io.ostinato.libraries.DeviceTraps;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetResultsTest {
  private static SparkSession session;
  private static SparkEvaluationEngine engine;
  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    // A task that fails is tried once more.
    session = TestSpark.local("local[2,2]", Map.of());
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @Test
  void rowsAreThoseThatWouldHaveBeenCollected() {
    int[] partitions = {300, 0, 33, 1};
    try (EvaluationResults written = evaluate(ParquetResultsTest::predict, parquet(), partitions);
        EvaluationResults collected =
            evaluate(ParquetResultsTest::predict, ResultsTarget.collected(), partitions)) {
      assertThat(written.rows()).isEqualTo(334);
      assertThat(written.size()).isZero();
      assertThat(written.timings().job()).isPositive();
      assertThat(written.timings().forward())
          .isPositive()
          .isLessThan(written.timings().job().multipliedBy(2));
      assertThat(written.timings().read()).isPositive();
      assertThat(written.timings().refresh()).isPositive();
      String path = written.parquet().orElseThrow();
      assertThat(path).endsWith("/E1_U2_S3");
      List<Row> rows = session.read().parquet(path).orderBy("row").collectAsList();
      float[] logits = collected.get("logits").toFloatArray();
      long[] predictions = collected.get("predictions").toLongArray();
      assertThat(rows).hasSize(334);
      for (int i = 0; i < rows.size(); i++) {
        assertThat(rows.get(i).getLong(0)).isEqualTo(i);
        assertThat(rows.get(i).<Float>getList(1))
            .containsExactly(logits[3 * i], logits[3 * i + 1], logits[3 * i + 2]);
        assertThat(rows.get(i).getLong(2)).isEqualTo(predictions[i]);
      }
      assertThat(
              session
                  .read()
                  .parquet(path)
                  .schema()
                  .apply("logits")
                  .metadata()
                  .getLongArray("shape"))
          .containsExactly(3);
      assertThatThrownBy(() -> written.get("logits"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the executors have written the results of 334 rows to '")
          .hasMessageContaining("E1_U2_S3'; read them from there, sorted by column row");
    }
  }

  /** Ten batches, each of which takes 100 ms to copy. */
  @Test
  void copyingBatchesIsTimedAsReadingWhereverResultsGo() {
    evaluate(ParquetResultsTest::predict, ResultsTarget.collected(), 80, 80).close();
    for (ResultsTarget target : List.of(ResultsTarget.collected(), parquet())) {
      try (DeviceTraps traps = DeviceTraps.slow(Step.STAGE, Duration.ofMillis(100));
          EvaluationResults results = evaluate(ParquetResultsTest::predict, target, 80, 80)) {
        assertThat(results.timings().read()).isGreaterThan(Duration.ofMillis(500));
        assertThat(results.timings().forward()).isLessThan(Duration.ofSeconds(1));
        assertThat(traps.sprung()).isZero();
      }
    }
  }

  @Test
  void theFirstRowsAreWrittenAlone() {
    SparkDataset data = TestSpark.generated(session, 20, 40, 40);
    EvaluationRequest request =
        new EvaluationRequest(
            tag(),
            data,
            16,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            ParquetResultsTest::predict,
            List.of(),
            parquet(),
            new DataSelection(31, List.of("x")),
            EvaluationPolicy.exact());
    try (EvaluationResults written = engine.evaluate(request, ProgressDisplay.silent())) {
      assertThat(written.rows()).isEqualTo(31);
      assertThat(
              session
                  .read()
                  .parquet(written.parquet().orElseThrow())
                  .orderBy("row")
                  .select("row")
                  .as(Encoders.LONG())
                  .collectAsList())
          .isEqualTo(LongStream.range(0, 31).boxed().toList());
    }
  }

  @Test
  void rowsKeepTheirIndexIfOthersAreSkipped() {
    SparkDataset data = TestSpark.badRows(session);
    EvaluationRequest request =
        new EvaluationRequest(
                tag(),
                data,
                1,
                ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
                TestNets.weights(1),
                (batch, model) -> {
                  if (batch.firstRow() == 0) {
                    throw new IllegalStateException("no luck");
                  }
                  return new NDList(batch.get("class"));
                },
                List.of(),
                parquet())
            .withPolicy(EvaluationPolicy.exact().badRows(BadRows.skipUpTo(5)));
    EvaluationRequest four =
        request.withPolicy(EvaluationPolicy.exact().badRows(BadRows.skipUpTo(4)));
    assertThatThrownBy(() -> engine.evaluate(four, ProgressDisplay.silent()).close())
        .hasMessageContaining(
            "5 rows or more can't be read or processed, but bad_rows is 'skip 4'");
    try (EvaluationResults written = engine.evaluate(request, ProgressDisplay.silent())) {
      assertThat(written.rows()).isEqualTo(55);
      assertThat(written.skipped().first().stream().map(SkippedRow::row))
          .containsExactly(0L, 3L, 17L, 18L, 40L);
      List<Row> rows =
          session.read().parquet(written.parquet().orElseThrow()).orderBy("row").collectAsList();
      assertThat(rows).hasSize(55).allMatch(row -> row.getLong(0) == row.getLong(1));
    }
  }

  @Test
  void halvedBatchesAreWrittenInFull() {
    try (EvaluationResults written =
        evaluate(
            (batch, model) -> {
              if (batch.rows() > 3) {
                throw new EngineException(DeviceTraps.FULL);
              }
              return predict(batch, model);
            },
            parquet(),
            40,
            33)) {
      assertThat(session.read().parquet(written.parquet().orElseThrow()).count()).isEqualTo(73);
    }
  }

  @Test
  void anEngineThatHasOnlyWrittenKnowsWhatIsResident() {
    try (SparkEvaluationEngine fresh = SparkEvaluationEngine.of(session)) {
      evaluate(fresh, ParquetResultsTest::predict, parquet(), 40, 40).close();
      assertThat(fresh.residents())
          .singleElement()
          .satisfies(
              report -> {
                assertThat(report.place()).isEqualTo("driver cpu()");
                assertThat(report.builds()).isEqualTo(1);
                assertThat(report.refreshes()).isEqualTo(1);
                assertThat(report.use().weightBytes()).isPositive();
              });
    }
  }

  @Test
  void narrowTypesAreWrittenWithTheirValues() {
    try (EvaluationResults written = evaluate(ParquetResultsTest::narrow, parquet(), 10)) {
      Dataset<Row> rows = session.read().parquet(written.parquet().orElseThrow()).orderBy("row");
      assertThat(rows.schema().simpleString())
          .isEqualTo(
              "struct<row:bigint,float16:array<float>,int8:tinyint,uint8:smallint,boolean:boolean>");
      for (Row row : rows.collectAsList()) {
        int index = (int) row.getLong(0);
        long label = GeneratedRows.label(index);
        assertThat(row.getByte(2)).isEqualTo((byte) -label);
        assertThat(row.getShort(3)).isEqualTo((short) (200 + label));
        assertThat(row.getBoolean(4)).isEqualTo(label > 0);
        assertThat(row.<Float>getList(1)).containsExactly(halves(GeneratedRows.x(index)));
      }
    }
  }

  private static Float[] halves(float[] values) {
    try (NDManager manager = NDManager.newBaseManager()) {
      float[] rounded =
          manager
              .create(values)
              .toType(DataType.FLOAT16, true)
              .toType(DataType.FLOAT32, true)
              .toFloatArray();
      return IntStream.range(0, rounded.length).mapToObj(i -> rounded[i]).toArray(Float[]::new);
    }
  }

  private static NDList narrow(EvaluationBatch batch, EvaluationModel model) {
    NDArray x = batch.get("x");
    NDArray label = batch.get("class");
    NDList results = new NDList();
    Map<String, NDArray> narrow = new LinkedHashMap<>();
    narrow.put("float16", x.toType(DataType.FLOAT16, true));
    narrow.put("int8", label.neg().toType(DataType.INT8, true));
    narrow.put("uint8", label.add(200).toType(DataType.UINT8, true));
    narrow.put("boolean", label.gt(0));
    narrow.forEach(
        (name, array) -> {
          array.setName(name);
          results.add(array);
        });
    return results;
  }

  @Test
  void aTaskThatIsTriedAgainWritesItsRowsOnce() {
    ShownCounts shown = ShownCounts.telling(done -> {});
    EvaluationRequest request = request(ParquetResultsTest::failOnce, parquet(), 40, 40);
    try (EvaluationResults written = engine.evaluate(request, shown)) {
      assertThat(session.read().parquet(written.parquet().orElseThrow()).count()).isEqualTo(80);
    }
    assertThat(shown.started())
        .containsExactly("callback 'written' at E1_U2_S3 on dataset 'generated': 80 rows");
    assertThat(shown.counts()).isSorted().startsWith(0L).endsWith(80L);
  }

  @Test
  void aFailedEvaluationLeavesNothingBehind() throws IOException {
    assertThatThrownBy(() -> evaluate(ParquetResultsTest::failAtTheEnd, parquet(), 40, 40).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'written' at E1_U2_S3 on dataset 'generated'")
        .hasMessageContaining("no luck");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void whatIsThereAlreadyIsKeptUnlessItIsToBeReplaced() {
    evaluate(ParquetResultsTest::predict, parquet(), 10).close();
    assertThatThrownBy(() -> evaluate(ParquetResultsTest::predict, parquet(), 10).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining(
            "E1_U2_S3' already exists; delete it, or pass another path to toParquet(path)");
    try (EvaluationResults written =
        evaluate(ParquetResultsTest::predict, parquet().replacing(), 25)) {
      assertThat(session.read().parquet(written.parquet().orElseThrow()).count()).isEqualTo(25);
    }
  }

  @Test
  void resultsWithoutAnElementForEachRowAreRefused() {
    assertThatThrownBy(
            () ->
                evaluate((batch, model) -> new NDList(batch.get("x").sum()), parquet(), 10).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("the result '_0' has shape () for a batch of 10 rows");
  }

  @Test
  void anEngineWithoutExecutorsRefuses() {
    EvaluationRequest request =
        new EvaluationRequest(
            tag(),
            GeneratedRows.inMemory(5),
            5,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            ParquetResultsTest::predict,
            List.of(),
            parquet());
    try (LocalEvaluationEngine local = new LocalEvaluationEngine()) {
      assertThatThrownBy(() -> local.evaluate(request, ProgressDisplay.silent()).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "requires executors to write files, but LocalEvaluationEngine has none");
    }
  }

  private ResultsTarget parquet() {
    return ResultsTarget.parquet(folder.toUri().toString());
  }

  private static EvaluationResults evaluate(
      BatchProcessor processor, ResultsTarget target, int... partitions) {
    return evaluate(engine, processor, target, partitions);
  }

  private static EvaluationResults evaluate(
      SparkEvaluationEngine by, BatchProcessor processor, ResultsTarget target, int... partitions) {
    return by.evaluate(request(processor, target, partitions), ProgressDisplay.silent());
  }

  private static EvaluationRequest request(
      BatchProcessor processor, ResultsTarget target, int... partitions) {
    return new EvaluationRequest(
        tag(),
        TestSpark.generated(session, partitions),
        16,
        ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
        TestNets.weights(1),
        processor,
        List.of(),
        target);
  }

  private static EvaluationTag tag() {
    return new EvaluationTag("written", new TrainingIteration(1, 2, 3), "generated");
  }

  private static NDList predict(EvaluationBatch batch, EvaluationModel model) {
    NDArray logits = model.forward(batch.get("x"));
    logits.setName("logits");
    NDArray predictions = logits.argMax(1);
    predictions.setName("predictions");
    return new NDList(logits, predictions);
  }

  private static NDList failOnce(EvaluationBatch batch, EvaluationModel model) {
    TaskContext task = TaskContext.get();
    if (task.attemptNumber() == 0 && batch.firstRow() == 64) {
      throw new IllegalStateException("the first attempt fails");
    }
    return predict(batch, model);
  }

  private static NDList failAtTheEnd(EvaluationBatch batch, EvaluationModel model) {
    if (batch.firstRow() >= 64) {
      throw new IllegalStateException("no luck");
    }
    return predict(batch, model);
  }
}
