package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.DataChangedException;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.TestNets;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.Metrics;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data that changes between two reads. Batches are not stored, so that each evaluation reads them,
 * and are kept on the device, which knows them by their place.
 */
class ChangedDataTest {
  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);

  /** What the rows of {@link #changing} do; partitions are read in this process. */
  private static final AtomicInteger CHANGE = new AtomicInteger();

  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    session =
        TestSpark.local(
            Map.of("spark.ostinato.blocks.store", "0", "spark.ostinato.blocks.device", "16m"));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @BeforeEach
  void asItWas() {
    CHANGE.set(0);
  }

  @Test
  void rowsOfOtherValuesOrderNumberOrTypeAreAnErrorWhereverTheResultsGo() {
    SparkDataset data = changing();
    List<EvaluationRequest> requests =
        List.of(
            request(data, 4, ChangedDataTest::labels),
            measured(data),
            request(data, 4, ResultsTarget.parquet(folder.resolve("written").toString())),
            of(request(data, 4, ChangedDataTest::labels), 33));
    List<Certificate> before = requests.stream().map(ChangedDataTest::certificate).toList();
    List<String> changes =
        List.of(
            "rows 20 to 29 (partition 2) have other values, or another order, in column 'class'",
            "rows 20 to 29 (partition 2) have other values, or another order, in column 'class'",
            "partition 2 had 10 rows, and 9 now",
            "partition 2 had 10 rows, and 11 now",
            "the columns of partition 2 were [class: INT64 (), x: FLOAT32 (8), note: INT64 ()], and"
                + " are [class: INT64 (), x: FLOAT32 (8), note: INT32 ()] now");
    for (int change = 1; change <= changes.size(); change++) {
      CHANGE.set(change);
      // A row beyond those that were requested first is not read.
      for (EvaluationRequest request : requests.subList(0, change == 4 ? 3 : 4)) {
        delete(folder.resolve("written"));
        assertThatThrownBy(() -> engine.evaluate(request, ProgressDisplay.silent()).close())
            .isInstanceOf(DataChangedException.class)
            .hasMessageContaining("at E1_U2_S3 on dataset 'test': the data has changed since")
            .hasMessageContaining(changes.get(change - 1));
        assertThat(filesIn(folder)).as("files of a failed evaluation").isEmpty();
      }
      assertThatThrownBy(
              () ->
                  engine.evaluateTogether(
                      List.of(requests.get(0), requests.get(1)), ProgressDisplay.silent()))
          .isInstanceOf(DataChangedException.class);
      assertThatThrownBy(() -> data.reread(4))
          .hasMessageStartingWith(
              change == 5
                  ? "the row function returns [class: INT64 (), x: FLOAT32 (8), note: INT64 ()] in"
                  : "the data has changed since it was first read: ");
      try (LocalEvaluationEngine local = new LocalEvaluationEngine()) {
        assertThatThrownBy(() -> local.evaluate(requests.get(0), ProgressDisplay.silent()))
            .isInstanceOf(DataChangedException.class);
      }
    }
    CHANGE.set(0);
    assertThat(requests.stream().map(ChangedDataTest::certificate).toList())
        .as("what the device kept of the changed rows is not used")
        .usingRecursiveComparison()
        .ignoringFields("attempts")
        .isEqualTo(before);
    assertLabelsAreThoseOfTheRows(requests.get(0));
  }

  @Test
  void anotherPreparationOfChangedRowsIsAnError() {
    SparkDataset data = changing();
    certificate(request(data, 4, ChangedDataTest::labels));
    CHANGE.set(1);
    assertThatThrownBy(() -> certificate(request(data, 5, ChangedDataTest::labels)))
        .hasMessageContaining(
            "callback 'changed' at E1_U2_S3 on dataset 'test' failed: the data has")
        .hasMessageContaining("(partition 2) have other values");
    certificate(of(request(data, 5, ChangedDataTest::labels), 20));
    data.unpersist();
    assertThatThrownBy(() -> certificate(request(data, 4, ChangedDataTest::labels)))
        .hasMessageContaining("(partition 2) have other values");
    assertThatThrownBy(() -> certificate(of(request(data, 4, ChangedDataTest::labels), 31)))
        .hasMessageContaining("(partition 2) have other values");
    CHANGE.set(0);
    assertLabelsAreThoseOfTheRows(request(data, 6, ChangedDataTest::labels));
  }

  @Test
  void functionsOfChanceAreAnError() {
    session
        .udf()
        .register(
            "chance",
            functions
                .udf((Long id) -> new Random().nextLong(), DataTypes.LongType)
                .asNondeterministic());
    SparkDataset data =
        SparkDataset.of(session.range(0, 40, 1, 4).selectExpr("chance(id) AS label"))
            .column("class", "label", DataType.INT64);
    assertThatThrownBy(() -> certificate(request(data, 4, ChangedDataTest::labels)))
        .isInstanceOf(DataChangedException.class)
        .hasMessageContaining("rows 0 to 9 (partition 0) have other values, or another order, in")
        .hasMessageContaining("give rand() a seed");
  }

  @Test
  void filesReplacedByOthersWithAsManyRowsAreAnError() throws IOException {
    Path parquet = written("data", 0);
    Path other = written("other", 100);
    SparkDataset data =
        SparkDataset.of(session.read().parquet(parquet.toString()))
            .column("class", "id", DataType.INT64);
    Certificate before = certificate(request(data, 4, ChangedDataTest::labels));
    replace(parquet, other, "the data as it was");
    assertThatThrownBy(() -> certificate(request(data, 4, ChangedDataTest::labels)))
        .isInstanceOf(DataChangedException.class)
        .hasMessageContaining("have other values, or another order, in column 'class'")
        .hasMessageContaining("don't replace its files but copy them first");
    replace(parquet, folder.resolve("the data as it was"), "others");
    assertThat(certificate(request(data, 4, ChangedDataTest::labels)).orderDigest())
        .isEqualTo(before.orderDigest());
  }

  private static void assertLabelsAreThoseOfTheRows(EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      assertThat(results.get("class").toLongArray())
          .isEqualTo(IntStream.range(0, 40).asLongStream().toArray());
    }
  }

  /** Forty rows in four partitions, whose third one changes. */
  private static SparkDataset changing() {
    JavaRDD<Row> rows =
        new JavaSparkContext(session.sparkContext())
            .parallelize(List.of(0, 1, 2, 3), 4)
            .flatMap(ChangedDataTest::rowsOf);
    Dataset<Row> ids =
        session.createDataFrame(rows, new StructType().add("id", DataTypes.LongType));
    return SparkDataset.of(ids, ChangedDataTest::tensors);
  }

  private static Iterator<Row> rowsOf(int partition) {
    int change = partition == 2 ? CHANGE.get() : 0;
    List<Long> ids = new ArrayList<>();
    int end = change == 3 ? 9 : change == 4 ? 11 : 10;
    IntStream.range(0, end).forEach(i -> ids.add(partition * 10L + i));
    if (change == 1) {
      ids.set(5, -1L);
    } else if (change == 2) {
      Collections.swap(ids, 3, 4);
    }
    return ids.stream().map(RowFactory::create).map(Row.class::cast).iterator();
  }

  private static NDList tensors(Row row, NDManager manager) {
    long id = row.getLong(0);
    boolean isOther = CHANGE.get() == 5 && id / 10 == 2;
    NDArray label = manager.create(id);
    label.setName("class");
    NDArray x = manager.ones(TestNets.FEATURES.slice(0)).muli(id);
    x.setName("x");
    NDArray note = isOther ? manager.create(0) : manager.create(0L);
    note.setName("note");
    return new NDList(label, x, note);
  }

  private Path written(String name, int from) {
    Path path = folder.resolve(name);
    session.range(from, from + 40, 1, 2).write().parquet(path.toString());
    return path;
  }

  /** Moves the files of a folder away and copies others under their names. */
  private void replace(Path replaced, Path by, String kept) throws IOException {
    Path away = Files.createDirectory(folder.resolve(kept));
    List<Path> old = parts(replaced);
    List<Path> others = parts(by);
    for (int i = 0; i < old.size(); i++) {
      Path crc = replaced.resolve("." + old.get(i).getFileName() + ".crc");
      Files.deleteIfExists(crc);
      Files.move(old.get(i), away.resolve(old.get(i).getFileName()));
      Files.copy(others.get(i), old.get(i));
    }
  }

  private static List<Path> parts(Path parquet) throws IOException {
    try (Stream<Path> files = Files.list(parquet)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  private static void delete(Path path) {
    try (Stream<Path> files = Files.exists(path) ? Files.walk(path) : Stream.of()) {
      files.sorted(Collections.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> filesIn(Path path) {
    try (Stream<Path> files = Files.walk(path)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Certificate certificate(EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return results.certificate();
    }
  }

  private static NDList labels(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(batch.get("class"));
  }

  private static NDList outputs(EvaluationBatch batch, EvaluationModel model) {
    NDArray outputs = model.forward(batch.get("x"));
    outputs.setName(MetricBatch.OUTPUTS);
    NDArray targets = batch.get("class").mod(3);
    targets.setName(MetricBatch.TARGETS);
    return new NDList(outputs, targets);
  }

  private static EvaluationRequest measured(SparkDataset data) {
    return request(
        data, 4, ChangedDataTest::outputs, List.of(Metrics.accuracy()), ResultsTarget.collected());
  }

  private static EvaluationRequest request(
      SparkDataset data, int batchSize, BatchProcessor processor) {
    return request(data, batchSize, processor, List.of(), ResultsTarget.collected());
  }

  private static EvaluationRequest request(SparkDataset data, int batchSize, ResultsTarget target) {
    return request(data, batchSize, ChangedDataTest::labels, List.of(), target);
  }

  private static EvaluationRequest request(
      SparkDataset data,
      int batchSize,
      BatchProcessor processor,
      List<Metric<?>> metrics,
      ResultsTarget target) {
    return new EvaluationRequest(
        new EvaluationTag("changed", new TrainingIteration(1, 2, 3), "test"),
        data,
        batchSize,
        CLASSIFIER,
        TestNets.weights(1),
        processor,
        metrics,
        target);
  }

  private static EvaluationRequest of(EvaluationRequest request, long maxRows) {
    return new EvaluationRequest(
        request.tag(),
        request.data(),
        request.batchSize(),
        request.model(),
        request.weights(),
        request.processor(),
        request.metrics(),
        request.target(),
        DataSelection.everything().withMaxRows(maxRows));
  }
}
