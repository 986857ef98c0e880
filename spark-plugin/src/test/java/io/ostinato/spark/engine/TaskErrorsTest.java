package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.TestNets;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.RowFunction;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.resident.TaskErrorException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Errors of the Java machine in tasks in local mode, where Spark ends the driver's process, and
 * with it this test, if a task throws one.
 */
class TaskErrorsTest {
  /** What row 17 throws; partitions are read in this process. */
  private static final AtomicReference<Throwable> THROWN = new AtomicReference<>();

  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session =
        TestSpark.local(
            Map.of(
                "spark.ostinato.evaluations.fitTasks", "false",
                "spark.ostinato.evaluations.treeTasks", "3"));
    session
        .udf()
        .register("checked", functions.udf((Long id) -> checkedId(id), DataTypes.LongType));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @AfterEach
  void noError() {
    THROWN.set(null);
  }

  @Test
  void anErrorInARowFunctionFailsTheEvaluationAndNamesTheRow() {
    Map<Throwable, String> errors = new LinkedHashMap<>();
    errors.put(new StackOverflowError(), "java.lang.StackOverflowError; .* -Xss .*");
    errors.put(
        new OutOfMemoryError("Java heap space"),
        "java.lang.OutOfMemoryError: Java heap space; increase spark.driver.memory.*");
    errors.put(
        new NoClassDefFoundError("some/Tokenizer"),
        "java.lang.NoClassDefFoundError: some/Tokenizer; add the jars .* --jars.*");
    errors.put(new InternalError("a fault"), "java.lang.InternalError: a fault");
    errors.put(
        new IllegalStateException("nested", new StackOverflowError()),
        "java.lang.IllegalStateException: nested, caused by java.lang.StackOverflowError; .*");
    errors.forEach(
        (thrown, text) -> {
          SparkDataset data = SparkDataset.of(rows(), function());
          EvaluationPolicy skipping = EvaluationPolicy.exact().badRows(BadRows.skipUpTo(9));
          THROWN.set(thrown);
          for (EvaluationRequest request :
              List.of(request(data), first(25, data), request(data).withPolicy(skipping))) {
            assertFails(request, "the row function, row 7 of partition 1: it failed with " + text);
          }
          THROWN.set(null);
          assertWorks(request(data));
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anErrorInTheQueryFailsTheEvaluation(boolean byFunction) {
    Dataset<Row> checked = rows().selectExpr("checked(id) as id");
    SparkDataset data =
        byFunction
            ? SparkDataset.of(checked, function())
            : SparkDataset.of(checked).column("id", "id", DataType.INT64);
    THROWN.set(new StackOverflowError());
    assertFails(
        request(data),
        "partition 1 can't be read from row [0-9]+ on: .*java.lang.StackOverflowError; .*");
    THROWN.set(null);
    assertWorks(request(data));
  }

  @Test
  void anErrorInTheMergeOfAMetricFailsTheEvaluation() {
    SparkDataset data = SparkDataset.of(rows()).column("id", "id", DataType.INT64);
    EvaluationRequest request = request(data, 10, List.of(new Batches()));
    THROWN.set(new StackOverflowError());
    assertFails(request, "StackOverflowError");
    THROWN.set(null);
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      assertThat(results.metrics()).containsEntry("batches", 4.0);
    }
  }

  /** Counts batches; tasks that merge the counts of two partitions throw. */
  private static final class Batches implements Metric<Long> {
    private static final long serialVersionUID = 1;

    @Override
    public String name() {
      return "batches";
    }

    @Override
    public Long zero() {
      return 0L;
    }

    @Override
    public Long update(Long state, MetricBatch batch) {
      return state + 1;
    }

    @Override
    public Long merge(Long left, Long right) {
      Throwable thrown = THROWN.get();
      if (thrown != null && left > 0 && right > 0 && TaskContext.get() != null) {
        sneak(thrown);
      }
      return left + right;
    }

    @Override
    public double result(Long state) {
      return state;
    }
  }

  private static void assertFails(EvaluationRequest request, String problem) {
    assertThatThrownBy(() -> engine.evaluate(request, ProgressDisplay.silent()))
        .isInstanceOf(EvaluationException.class)
        .hasMessageMatching("callback 'errors' at E1_U2_S3 on dataset 'test' failed: " + problem)
        .satisfies(
            e ->
                assertThat(Stream.iterate(e, each -> each != null, Throwable::getCause))
                    .hasAtLeastOneElementOfType(TaskErrorException.class)
                    .noneMatch(Error.class::isInstance));
  }

  private static void assertWorks(EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      assertThat(results.get("id").toLongArray()).hasSize(40).endsWith(39);
    }
  }

  private static Dataset<Row> rows() {
    return session.range(0, 40, 1, 4).toDF();
  }

  private static RowFunction function() {
    return (row, manager) -> {
      NDArray id = manager.create(checkedId(row.getLong(0)));
      id.setName("id");
      return new NDList(id);
    };
  }

  private static Long checkedId(Long id) {
    Throwable thrown = THROWN.get();
    if (id == 17 && thrown != null) {
      sneak(thrown);
    }
    return id;
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable thrown) throws E {
    throw (E) thrown;
  }

  private static EvaluationRequest first(long rows, SparkDataset data) {
    EvaluationRequest all = request(data);
    return new EvaluationRequest(
        all.tag(),
        data,
        all.batchSize(),
        all.model(),
        all.weights(),
        all.processor(),
        all.metrics(),
        all.target(),
        DataSelection.everything().withMaxRows(rows));
  }

  private static EvaluationRequest request(SparkDataset data) {
    return request(data, 4, List.of());
  }

  private static EvaluationRequest request(
      SparkDataset data, int batchSize, List<Metric<?>> metrics) {
    return new EvaluationRequest(
        new EvaluationTag("errors", new TrainingIteration(1, 2, 3), "test"),
        data,
        batchSize,
        ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
        TestNets.weights(1),
        (batch, model) -> new NDList(batch.get("id")),
        metrics,
        ResultsTarget.collected());
  }
}
