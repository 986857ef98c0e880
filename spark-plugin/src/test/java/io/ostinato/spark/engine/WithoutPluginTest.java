package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.RowFunction;
import io.ostinato.spark.data.SparkDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** In a session that knows nothing of the plugin. */
class WithoutPluginTest {
  /** How many more batches may run; they do in this process. */
  private static final Semaphore ALLOWED = new Semaphore(0);

  private static SparkSession session;

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @Test
  void evaluationsWorkAndTheLogHintsOnce() {
    List<String> lines = new ArrayList<>();
    Configurator.setLevel(SparkEvaluationEngine.class.getName(), Level.INFO);
    Logger logger = (Logger) LogManager.getLogger(SparkEvaluationEngine.class);
    AbstractAppender appender = appenderTo(lines);
    logger.addAppender(appender);
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      SparkDataset data = TestSpark.generated(session, 20, 20);
      for (int i = 0; i < 3; i++) {
        try (EvaluationResults results = engine.evaluate(request(data), silent())) {
          assertThat(results.rows()).isEqualTo(40);
        }
      }
    } finally {
      logger.removeAppender(appender);
    }
    assertThat(lines.subList(1, lines.size()))
        .as("one line for each evaluation")
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).contains("dataset 'test': 40 rows, total"));
    assertThat(lines.get(0))
        .contains("the Ostinato plugin is not configured")
        .contains("spark.plugins=io.ostinato.spark.plugin.OstinatoPlugin");
  }

  @Test
  void jobsAreGroupedByCallbackAndIterationAndTheUsersGroupComesBack() {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    context.setJobGroup("mine", "my jobs");
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      engine.evaluate(request("grouped", TestSpark.generated(session, 20)), silent()).close();
      assertThat(context.statusTracker().getJobIdsForGroup("grouped E1_U2_S3"))
          .as("one that stores the batches, one that gives each slot some, one that evaluates")
          .hasSize(3);
      assertThat(context.getLocalProperty("spark.jobGroup.id")).isEqualTo("mine");
      assertThat(context.getLocalProperty("spark.job.description")).isEqualTo("my jobs");
    } finally {
      context.clearJobGroup();
    }
  }

  @Test
  void aDatasetThatIsNotOfSparkIsRefused() {
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      assertThatThrownBy(() -> engine.check("test", GeneratedRows.inMemory(3)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("dataset 'test': SparkEvaluationEngine requires a SparkDataset")
          .hasMessageContaining("InMemoryData");
      assertThatThrownBy(
              () -> engine.check("test", SparkDataset.of(TestSpark.generatedRows(session, 3))))
          .hasMessageContaining("dataset 'test': no columns; call column(");
    }
  }

  @Test
  void aRowFunctionThatCantTravelIsFoundBeforeTrainingNamingItsField() {
    Dataset<Row> rows = TestSpark.generatedRows(session, 3);
    Thread thread = Thread.currentThread();
    RowFunction lambda = (row, manager) -> new NDList(manager.create(thread.getId()));
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      assertThatThrownBy(() -> engine.check("test", SparkDataset.of(rows, new WithThread())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "dataset 'test': the row function can't be serialized: field WithThread.thread holds"
                  + " a java.lang.Thread, which is not serializable; make it serializable, or"
                  + " transient if executors don't need it");
      assertThatThrownBy(() -> engine.check("test", SparkDataset.of(rows, lambda)))
          .hasMessageContaining(
              "dataset 'test': the row function can't be serialized: field"
                  + " WithoutPluginTest$lambda.arg$1 holds a java.lang.Thread, which is not");
      engine.check("test", SparkDataset.of(rows, (row, manager) -> new NDList(manager.create(1))));
    }
  }

  @Test
  void aDatasetThatCantBeReadNamesTheEvaluationAndTheCause() {
    SparkDataset wrong =
        SparkDataset.of(TestSpark.generatedRows(session, 3)).column("x", "x", DataType.FLOAT32, 9);
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      assertThatThrownBy(() -> engine.evaluate(request(wrong), silent()).close())
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "callback 'accuracy' at E1_U2_S3 on dataset 'test' failed: column 'x', row 0 of"
                  + " partition 0: has 8 elements; expected 9 for float32 (9)");
    }
  }

  @Test
  void nothingIsLeftBehindWhenTheEngineIsClosed() {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    SparkEvaluationEngine engine = SparkEvaluationEngine.of(session);
    engine.evaluate(request(TestSpark.generated(session, 20)), silent()).close();
    assertThat(context.getPersistentRDDs()).isNotEmpty();
    engine.close();
    assertThat(context.getPersistentRDDs()).isEmpty();
  }

  @Test
  void progressMovesWithEveryBatchOfATaskAndEndsAtTheTotal() {
    ShownCounts shown = ShownCounts.telling(done -> ALLOWED.release());
    SparkDataset data = TestSpark.generated(session, 40);
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      engine.evaluate(request("counted", data, WithoutPluginTest::whenAllowed), shown).close();
    }
    assertThat(shown.started())
        .containsExactly("callback 'counted' at E1_U2_S3 on dataset 'test': 40 rows");
    assertThat(shown.counts()).containsExactly(0L, 8L, 16L, 24L, 32L, 40L);
  }

  @Test
  void progressOfAFailedEvaluationNeverSaysItWasDone() {
    ShownCounts shown = ShownCounts.telling(done -> {});
    BatchProcessor failing =
        (batch, model) -> {
          throw new IllegalStateException("no luck");
        };
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      EvaluationRequest request = request("failing", TestSpark.generated(session, 36), failing);
      assertThatThrownBy(() -> engine.evaluate(request, shown).close())
          .hasMessageContaining("no luck");
    }
    assertThat(shown.counts()).containsExactly(0L);
  }

  private static NDList whenAllowed(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    if (!ALLOWED.tryAcquire(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the batch before was never shown");
    }
    return new NDList(model.forward(batch.get("x")));
  }

  private static ProgressDisplay silent() {
    return ProgressDisplay.silent();
  }

  private static EvaluationRequest request(SparkDataset data) {
    return request("accuracy", data);
  }

  private static EvaluationRequest request(String callback, SparkDataset data) {
    return request(callback, data, (batch, model) -> new NDList(model.forward(batch.get("x"))));
  }

  private static EvaluationRequest request(
      String callback, SparkDataset data, BatchProcessor processor) {
    return new EvaluationRequest(
        new EvaluationTag(callback, new TrainingIteration(1, 2, 3), "test"),
        data,
        8,
        ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
        TestNets.weights(1),
        processor);
  }

  private static AbstractAppender appenderTo(List<String> lines) {
    AbstractAppender appender =
        new AbstractAppender("lines", null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            lines.add(event.getMessage().getFormattedMessage());
          }
        };
    appender.start();
    return appender;
  }

  private static final class WithThread implements RowFunction {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // the mistake that the test is about
    private final Thread thread = Thread.currentThread();

    @Override
    public NDList apply(Row row, NDManager manager) {
      return new NDList(manager.create(thread.getId()));
    }
  }
}
