package io.ostinato.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.metric.ClassOutputs;
import io.ostinato.metric.Metric;
import io.ostinato.metric.Metrics;
import io.ostinato.metric.OutputKind;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.training.Trainings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageEvaluatorTest {
  private static final List<String> NAMES = List.of("cat", "dog", "fish");
  private static final EvaluationTag TAG =
      new EvaluationTag("stage", new TrainingIteration(1, 1, 1), "test");

  @TempDir static Path folder;
  private static SparkSession spark;
  private static SparkEvaluationEngine engine;
  private static Path model;

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(Map.of());
    engine = SparkEvaluationEngine.of(spark);
    model = ResidentPredictorTest.modelFolder(folder.resolve("net"));
  }

  @AfterAll
  static void stop() {
    engine.close();
    spark.stop();
  }

  private static Dataset<Row> labelled() {
    return ResidentPredictorTest.rows(spark, 3)
        .selectExpr("*", "id % 3 as label", "elt(1 + id % 3, 'cat', 'dog', 'fish') as name");
  }

  /** As a predictor of DJL's extension: it loads the model in each task. */
  private static Transformer classifier() {
    return new LoadingPredictor<>(
        new LoadingPredictor.Config<>(
            model.toUri().toString(),
            float[].class,
            Classifications.class,
            new ClassesFactory(),
            "x",
            "classes",
            5));
  }

  private static Transformer sql(String select) {
    return new SQLTransformer().setStatement("SELECT *, %s FROM __THIS__".formatted(select));
  }

  private static PipelineModel pipeline(Transformer... stages) {
    return new Pipeline().setStages(stages).fit(labelled());
  }

  private static Metric<?>[] metrics() {
    ClassOutputs probabilities = ClassOutputs.defaults().kind(OutputKind.PROBABILITIES);
    return new Metric<?>[] {
      Metrics.ofClasses(probabilities).accuracy(), Metrics.ofClasses(probabilities).logLoss()
    };
  }

  private static Map<String, Double> evaluate(ComparedColumns columns, Transformer stage) {
    try (EvaluationResults results =
        StageEvaluator.of(engine, columns, metrics()).evaluate(TAG, stage, labelled())) {
      return results.metrics();
    }
  }

  /** What the collected rows say, whose probabilities are in the order of the classes. */
  private static void assertLikeCollected(Map<String, Double> measured, Dataset<Row> rows) {
    double hits = 0;
    double loss = 0;
    List<Row> all = rows.selectExpr("classes.probabilities", "label").collectAsList();
    for (Row row : all) {
      List<Double> probabilities = row.getList(0);
      int label = (int) row.getLong(1);
      hits += probabilities.stream().allMatch(p -> p <= probabilities.get(label)) ? 1 : 0;
      loss -= Math.log(probabilities.get(label));
    }
    assertThat(measured).containsEntry("accuracy", hits / all.size());
    assertThat(measured.get("log_loss")).isCloseTo(loss / all.size(), within(1e-12));
  }

  @Test
  void classificationsAsStructsAreCompared() {
    Map<String, Double> measured = evaluate(ComparedColumns.of("classes", "label"), classifier());

    assertLikeCollected(measured, classifier().transform(labelled()));
    assertThat(evaluate(ComparedColumns.of("classes", "name"), classifier())).isEqualTo(measured);
  }

  @Test
  void arraysVectorsAndJsonOfTheSameProbabilitiesGiveTheSame() {
    Map<String, Double> expected = evaluate(ComparedColumns.of("classes", "label"), classifier());
    PipelineModel all =
        pipeline(
            classifier(),
            sql(
                "classes.probabilities as array, classes.probabilities[0] as p0,"
                    + " classes.probabilities[1] as p1, classes.probabilities[2] as p2,"
                    + " to_json(transform(arrays_zip(classes.class_names, classes.probabilities),"
                    + " c -> named_struct('className', c.class_names, 'probability',"
                    + " c.probabilities))) as json"),
            new VectorAssembler()
                .setInputCols(new String[] {"p0", "p1", "p2"})
                .setOutputCol("vector"));

    assertThat(evaluate(ComparedColumns.of("array", "label"), all)).isEqualTo(expected);
    assertThat(evaluate(ComparedColumns.of("vector", "label"), all)).isEqualTo(expected);
    assertThat(evaluate(ComparedColumns.of("json", "name").withClasses(NAMES), all))
        .isEqualTo(expected);
  }

  @Test
  void predictedClassesAreComparedByNumberOrName() {
    PipelineModel predicted =
        pipeline(sql("double((id + id % 2) % 3) as prediction, 'cat' as always"));
    Metric<?> f1 = Metrics.f1(3, io.ostinato.metric.Average.MACRO);
    try (EvaluationResults results =
        StageEvaluator.of(
                engine,
                ComparedColumns.of("prediction", "label").withClasses(NAMES),
                Metrics.accuracy(),
                f1,
                Metrics.accuracy().ofOutput("always"))
            .evaluate(TAG, predicted, labelled())) {
      assertThat(results.rows()).isEqualTo(64);
      assertThat(results.metrics())
          .containsEntry("accuracy", 0.5)
          .containsEntry("accuracy.always", 22 / 64.0);
    }
  }

  /** As of a stage that sorts the classes of each row by their probabilities. */
  @Test
  void numbersOfClassesAreRefusedIfRowsOrderTheirClassesDifferently() {
    PipelineModel sorted =
        pipeline(
            sql(
                "if(id % 2 = 0, named_struct('class_names', array('cat', 'dog', 'fish'),"
                    + " 'probabilities', array(0.7D, 0.2D, 0.1D)), named_struct('class_names',"
                    + " array('fish', 'cat'), 'probabilities', array(0.6D, 0.4D))) as classes"));

    refused(
        () -> evaluate(ComparedColumns.of("classes", "label"), sorted),
        "has the classes [fish, cat] in another order than the first row, [cat, dog, fish]; list"
            + " the classes in the order of their numbers");
    Map<String, Double> named = evaluate(ComparedColumns.of("classes", "name"), sorted);
    assertThat(evaluate(ComparedColumns.of("classes", "label").withClasses(NAMES), sorted))
        .isEqualTo(named);
    assertThat(named.get("accuracy")).isBetween(0.3, 0.4);
  }

  @Test
  void metricsReadFurtherColumnsOfTheTransformedRows() {
    Metric<?> masked = Metrics.ofRegression().mask("valid").mse().named("masked");
    PipelineModel stage = pipeline(sql("id + int(id >= 32) as prediction, id < 32 as valid"));
    try (EvaluationResults results =
        StageEvaluator.of(engine, ComparedColumns.of("prediction", "id"), Metrics.mse(), masked)
            .evaluate(TAG, stage, labelled())) {
      assertThat(results.metrics().values()).containsExactly(0.5, 0.0);
    }
    refused(
        () ->
            StageEvaluator.of(engine, ComparedColumns.of("id", "id"), masked)
                .evaluate(TAG, pipeline(sql("1 as one")), labelled()),
        "the transformed rows have no column 'valid'; they have: id, x, text, label, name, one");
  }

  @Test
  void regressionsAreComparedAsNumbers() {
    try (EvaluationResults results =
        StageEvaluator.of(engine, ComparedColumns.of("prediction", "id"), Metrics.mse())
            .evaluate(TAG, pipeline(sql("id + 0.5D as prediction")), labelled())) {
      assertThat(results.metrics().values()).containsExactly(0.25);
    }
  }

  @Test
  void arraysOfNpzAreCompared() {
    List<Row> rows = new ArrayList<>();
    try (NDManager manager = Engine.getInstance().newBaseManager(Device.cpu())) {
      for (long i = 0; i < 4; i++) {
        float[] scores = {i == 0 ? 2 : 0, i == 1 ? 2 : 0, i >= 2 ? 2 : 0};
        rows.add(
            RowFactory.create(
                new NDList(manager.create(scores)).encode(NDList.Encoding.NPZ), i % 3));
      }
    }
    Dataset<Row> encoded =
        spark.createDataFrame(
            rows,
            new StructType().add("out", DataTypes.BinaryType).add("label", DataTypes.LongType));

    try (EvaluationResults results =
        StageEvaluator.of(engine, ComparedColumns.of("out", "label"), Metrics.accuracy())
            .evaluate(TAG, new SQLTransformer().setStatement("SELECT * FROM __THIS__"), encoded)) {
      assertThat(results.metrics()).containsEntry("accuracy", 0.75);
    }
  }

  @Test
  void aCallbackEvaluatesTheStageOfTheMoment() throws IOException {
    StageEvaluator evaluator =
        StageEvaluator.of(engine, ComparedColumns.of("prediction", "id"), Metrics.mae());
    StageMetricCallback callback =
        new StageMetricCallback(
            Schedule.everyNUpdates(2),
            "rows",
            evaluator,
            at -> pipeline(sql("id + %s as prediction".formatted(at.iteration().update()))),
            labelled());

    try (NDManager manager = Engine.getInstance().newBaseManager(Device.cpu())) {
      Trainings.on(manager, folder)
          .length(TrainingLength.updates(4))
          .callback(callback)
          .build()
          .run();
    }

    assertThat(Files.readAllLines(folder.resolve("run/metrics.jsonl")))
        .filteredOn(line -> line.contains("mae/rows"))
        .satisfiesExactly(
            line -> assertThat(line).contains("\"update\":2", "\"mae/rows\":2.0"),
            line -> assertThat(line).contains("\"update\":4", "\"mae/rows\":4.0"));
  }

  @Test
  void aSavedPipelineIsLoadedFromItsFolder() throws IOException {
    String saved = folder.resolve("saved").toUri().toString();
    PipelineModel stage = pipeline(sql("float(id) as prediction"));
    stage.write().overwrite().save(saved);
    String unfitted = folder.resolve("unfitted").toUri().toString();
    new Pipeline().setStages(new PipelineStage[] {stage}).write().overwrite().save(unfitted);

    assertThat(SavedStage.load(spark, saved).uid()).isEqualTo(stage.uid());
    refused(
        () -> SavedStage.load(spark, unfitted),
        "has a org.apache.spark.ml.Pipeline, which transforms no rows; save the model that its"
            + " fit");
    refused(
        () -> SavedStage.load(spark, folder.resolve("none").toString()),
        "has no saved stage of Spark ML: there is no '");
    Path other = folder.resolve("other");
    Files.writeString(
        Files.createDirectories(other.resolve("metadata")).resolve("part-00000"), "not json\n");
    refused(
        () -> SavedStage.load(spark, other.toString()),
        "can't be read as a saved stage of Spark ML");
    Path unnamed = folder.resolve("unnamed");
    Files.writeString(
        Files.createDirectories(unnamed.resolve("metadata")).resolve("part-00000"), "{}\n");
    refused(
        () -> SavedStage.load(spark, unnamed.toString()),
        "can't be read as a saved stage of Spark ML: its metadata names no class");
    Path empty = folder.resolve("empty");
    Files.writeString(Files.createDirectories(empty.resolve("metadata")).resolve("part-00000"), "");
    refused(
        () -> SavedStage.load(spark, empty.toString()),
        "can't be read as a saved stage of Spark ML: its metadata is empty");
  }

  @Test
  void columnsThatCantBeComparedAreRefused() {
    PipelineModel stage = pipeline(sql("current_date() as day, 'cat' as always, null as none"));

    refused(
        () -> evaluate(ComparedColumns.of("score", "label"), stage),
        "the transformed rows have no column 'score'; they have: id, x, text, label, name, day");
    refused(
        () -> evaluate(ComparedColumns.of("day", "label"), stage),
        "column 'day' is date; it must be");
    refused(
        () -> evaluate(ComparedColumns.of("always", "label"), stage),
        "the column 'always' has names of classes; list the classes in the order of their numbers");
    refused(
        () ->
            evaluate(
                ComparedColumns.of("always", "name").withClasses(List.of("cat", "dog")), stage),
        "'fish' is not one of the classes [cat, dog]");
    refused(
        () -> evaluate(ComparedColumns.of("always", "label").withClasses(List.of("cat")), stage),
        "the classes [cat] must be at least two with different names");
    refused(
        () ->
            StageEvaluator.of(engine, ComparedColumns.of("id", "label"), metrics())
                .evaluate(TAG, stage, labelled().where("id < 0")),
        "the stage returned no rows");
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable work, String part) {
    assertThatThrownBy(work).hasStackTraceContaining(part);
  }
}
