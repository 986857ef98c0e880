package io.ostinato.spark.ml;

import static io.ostinato.callback.DataIteratorConfig.every;
import static io.ostinato.schedule.Schedule.everyNUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import ai.djl.util.StringPair;
import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.Invocation;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.metric.Metric;
import io.ostinato.metric.Metrics;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.translation.DjlModel;
import io.ostinato.translation.RowValues;
import io.ostinato.translation.TranslatedCallback;
import io.ostinato.translation.TranslatedProcessor;
import io.ostinato.translation.TranslatorSource;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranslatedEvaluationTest {
  private static final int BATCH = 6;

  @TempDir static Path folder;
  private static SparkSession spark;
  private static SparkEvaluationEngine engine;
  private static Path model;

  @BeforeAll
  static void start() throws Exception {
    // An idle slot that helps a task has a translator, too: then their number would vary.
    spark = TestSpark.local(Map.of("spark.ostinato.evaluations.takeOver", "false"));
    engine = SparkEvaluationEngine.of(spark);
    model = ResidentPredictorTest.modelFolder(folder.resolve("net"));
  }

  @AfterAll
  static void stop() {
    engine.close();
    spark.stop();
  }

  private static <I> Criteria<I, Classifications> criteria(Class<I> input) {
    return Criteria.builder()
        .setTypes(input, Classifications.class)
        .optModelPath(model)
        .optTranslatorFactory(new ClassesFactory())
        .build();
  }

  private static SparkDataset dataset(String column) {
    return SparkDataset.of(ResidentPredictorTest.rows(spark, 3).selectExpr("*", "id % 3 as class"))
        .values("input", column)
        .column("class", "class", DataType.INT64);
  }

  private static EvaluationRequest request(
      DjlModel<?, ?> of, SparkDataset data, BatchProcessor processor, List<Metric<?>> metrics) {
    EvaluationTag tag = new EvaluationTag("translated", new TrainingIteration(1, 1, 1), "test");
    return new EvaluationRequest(tag, data, BATCH, of.source(), of.weights(), processor, metrics);
  }

  private static Map<String, Double> evaluate(EvaluationEngine with, EvaluationRequest request) {
    try (EvaluationResults results = with.evaluate(request, ProgressDisplay.silent())) {
      return results.metrics();
    }
  }

  @Test
  void metricsOfATranslatorsOutputsAreTheSameInEveryEngineAndFromDjlsPredictor() throws Exception {
    DjlModel<String, Classifications> of = DjlModel.of(criteria(String.class));
    EvaluationRequest request =
        request(
            of,
            dataset("text"),
            TranslatedProcessor.forMetrics(of.translator(), "input", "class"),
            List.of(Metrics.accuracy()));

    Map<String, Double> measured = evaluate(engine, request);

    try (LocalEvaluationEngine local = new LocalEvaluationEngine()) {
      assertThat(evaluate(local, request)).isEqualTo(measured);
    }
    assertThat(measured).containsEntry("accuracy", accuracyOfDjlsPredictor());
  }

  private static double accuracyOfDjlsPredictor() throws Exception {
    List<Row> rows = ResidentPredictorTest.rows(spark, 1).collectAsList();
    try (ZooModel<String, Classifications> loaded = criteria(String.class).loadModel();
        Predictor<String, Classifications> predictor = loaded.newPredictor()) {
      List<Classifications> outputs =
          predictor.batchPredict(rows.stream().map(row -> row.getString(2)).toList());
      int hits = 0;
      for (int i = 0; i < outputs.size(); i++) {
        String wanted = List.of("cat", "dog", "fish").get((int) (rows.get(i).getLong(0) % 3));
        hits += outputs.get(i).best().getClassName().equals(wanted) ? 1 : 0;
      }
      return (double) hits / outputs.size();
    }
  }

  @Test
  void eachTaskHasATranslatorOfItsOwnThatIsPreparedOnceAndClosed() {
    DjlModel<float[], Classifications> of = DjlModel.of(criteria(float[].class));
    SparkDataset data = dataset("x");
    int tasks = data.prepare(BATCH).batches().getNumPartitions();
    ClassesFactory.PREPARED.clear();
    ClassesFactory.MANAGERS.clear();

    evaluate(
        engine,
        request(
            of,
            data,
            TranslatedProcessor.forMetrics(of.translator(), "input", "class"),
            List.of(Metrics.accuracy())));

    assertThat(ClassesFactory.PREPARED).hasSize(tasks);
    assertThat(ClassesFactory.MANAGERS).hasSize(tasks).noneMatch(NDManager::isOpen);
  }

  /**
   * The probability of each row's first class, and whether its name has more than three letters.
   */
  private static final class FirstClass extends TranslatedCallback<String, Classifications> {
    FirstClass(TranslatorSource<String, Classifications> translator) {
      super(every(everyNUpdates(1)), "input", translator);
    }

    @Override
    protected NDList processOutputs(
        List<Classifications> outputs, EvaluationBatch batch, NDManager manager) {
      double[] first = outputs.stream().mapToDouble(o -> o.getProbabilities().get(0)).toArray();
      long[] ids =
          batch.values("id").stream().mapToLong(row -> (Long) RowValues.decode(row)[0]).toArray();
      return results("first", manager.create(first), "id", manager.create(ids));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {}
  }

  @Test
  void aCallbackGetsWhatProcessOutputReturned() {
    DjlModel<String, Classifications> of = DjlModel.of(criteria(String.class));
    SparkDataset data = dataset("text").values("id", "id");
    CallbackEvaluation planned =
        new FirstClass(of.translator())
            .plan(
                new Invocation(
                    IntervalType.EVAL, UpdateCounter.of(TrainingLength.updates(4), 10, 16)));
    EvaluationRequest request = request(of, data, planned.processor(), List.of());

    try (EvaluationResults spark = engine.evaluate(request, ProgressDisplay.silent());
        LocalEvaluationEngine local = new LocalEvaluationEngine();
        EvaluationResults locally = local.evaluate(request, ProgressDisplay.silent())) {
      assertThat(spark.get("id").toLongArray()).hasSize(64).isSorted();
      assertThat(spark.get("first").toDoubleArray()).doesNotContain(0.0);
      assertThat(locally.get("first").toDoubleArray())
          .isEqualTo(spark.get("first").toDoubleArray());
    }
  }

  @Test
  void datasetsOfValuesCanBeReadInBatchesOfAnySize() {
    SparkDataset data = dataset("text");

    assertThat(data.prepare(5).rows()).isEqualTo(64);
    assertThat(data.prepare(64).rows()).isEqualTo(64);
    data.reread(5);
  }

  @Test
  void badRowsAreNamedOrSkipped() {
    DjlModel<String, Classifications> of = DjlModel.of(criteria(String.class));
    SparkDataset data =
        SparkDataset.of(
                spark
                    .sql(
                        "select text, 0L as class from values ('1,2,3,4'), ('1,x,3,4'), (null),"
                            + " ('4,3,2,1') as t(text)")
                    .coalesce(1))
            .values("input", "text")
            .column("class", "class", DataType.INT64);
    EvaluationRequest request =
        request(
            of,
            data,
            TranslatedProcessor.forMetrics(of.translator(), "input", "class"),
            List.of(Metrics.accuracy()));

    assertThatThrownBy(() -> engine.evaluate(request, ProgressDisplay.silent()))
        .hasStackTraceContaining("column 'input', row 2: value 1 of 1 is null");
    EvaluationRequest first =
        new EvaluationRequest(
            request.tag(),
            data,
            BATCH,
            of.source(),
            of.weights(),
            request.processor(),
            request.metrics(),
            ResultsTarget.collected(),
            DataSelection.everything().withMaxRows(2));
    assertThatThrownBy(() -> engine.evaluate(first, ProgressDisplay.silent()))
        .hasStackTraceContaining("row 1: java.lang.NumberFormatException: For input string: \"x\"");
    try (EvaluationResults results =
        engine.evaluate(
            request.withPolicy(EvaluationPolicy.exact().badRows(BadRows.skipUpTo(2))),
            ProgressDisplay.silent())) {
      assertThat(results.rows()).isEqualTo(2);
      assertThat(results.skipped().first()).extracting(row -> row.row()).containsExactly(1L, 2L);
    }
  }

  @Test
  void textsOfTwoColumnsAndATranslatorWithoutBatchifier() {
    Criteria<StringPair, String> criteria =
        Criteria.builder()
            .setTypes(StringPair.class, String.class)
            .optModelPath(model)
            .optTranslator(new Single())
            .build();
    DjlModel<StringPair, String> of = DjlModel.of(criteria);
    SparkDataset data =
        SparkDataset.of(
                spark.sql("select * from values ('ab', 'x'), ('', 'yy') as t(a, b)").coalesce(1))
            .values("pair", "a", "b")
            .values("second", "b");
    BatchProcessor answers =
        TranslatedProcessor.of(of.translator(), "pair", TranslatedEvaluationTest::startsWith);

    try (EvaluationResults results =
        engine.evaluate(request(of, data, answers, List.of()), ProgressDisplay.silent())) {
      assertThat(results.get("matches").toBooleanArray()).containsExactly(true, true);
    }
  }

  private static NDList startsWith(List<String> outputs, EvaluationBatch batch, NDManager manager) {
    boolean[] matches = new boolean[outputs.size()];
    List<byte[]> seconds = batch.values("second");
    for (int i = 0; i < matches.length; i++) {
      matches[i] = outputs.get(i).startsWith(RowValues.decode(seconds.get(i))[0] + ":");
    }
    NDList results = new NDList(manager.create(matches));
    results.head().setName("matches");
    return results;
  }

  /** Makes a batch of one row itself; the output is the second text and the best class. */
  private static final class Single implements Translator<StringPair, String>, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public NDList processInput(TranslatorContext context, StringPair input) {
      context.setAttachment("second", input.getValue());
      float[] x = {input.getKey().length(), 1, 2, 3};
      return new NDList(context.getNDManager().create(x).expandDims(0));
    }

    @Override
    public String processOutput(TranslatorContext context, NDList list) {
      return context.getAttachment("second") + ":" + list.singletonOrThrow().argMax().getLong();
    }

    @Override
    public @Nullable Batchifier getBatchifier() {
      return null;
    }
  }

  @Test
  void mistakesAreReportedBeforeAnyRowIsRead() {
    assertThatThrownBy(() -> dataset("x").values("y", "z"))
        .hasMessageContaining("the dataset has no column 'z'; it has: id, x, text, class");
    assertThatThrownBy(() -> dataset("x").values("class", "text"))
        .hasMessageContaining("two tensors are named 'class'");
    List<Translator<StringPair, String>> hidden = new ArrayList<>();
    hidden.add(
        new Translator<>() {
          @Override
          public NDList processInput(TranslatorContext context, StringPair input) {
            return new NDList();
          }

          @Override
          public String processOutput(TranslatorContext context, NDList list) {
            return "";
          }
        });
    assertThatThrownBy(() -> TranslatorSource.of(StringPair.class, String.class, hidden.get(0)))
        .hasMessageContaining(
            "can't be serialized to be sent to executors; pass a TranslatorFactory");
  }
}
