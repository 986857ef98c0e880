package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.DataChangedException;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.RDDBlockId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A dataset with bad rows that is read again and again, with other batch sizes and numbers of rows,
 * and after its stored batches were lost: the same rows are skipped each time, and the data is
 * never said to have changed.
 */
class SkippedRowsReadAgainTest {
  private static final int DATASETS = Integer.getInteger("ostinato.tests.datasets", 4);
  private static final int READINGS = 5;

  private static SparkSession session;

  /** What a row function does with a row. */
  private enum Kind {
    GOOD,
    BAD,
    /** Another shape, which is bad if the partition's first tensors have the usual one. */
    OTHER
  }

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theSameRowsAreSkippedHoweverTheDataIsRead(int seed) {
    Random random = new Random(seed);
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session);
        LocalEvaluationEngine local = new LocalEvaluationEngine()) {
      for (int i = 0; i < DATASETS; i++) {
        List<List<Kind>> partitions = partitions(random);
        SparkDataset data = dataset(partitions);
        Map<List<Object>, String> digests = new HashMap<>();
        for (int reading = 0; reading < READINGS; reading++) {
          EvaluationRequest request = request(data, partitions, random);
          String what =
              "seed %s, dataset %s %s, reading %s: %s rows in batches of %s, columns %s, %s"
                  .formatted(
                      seed,
                      i,
                      partitions,
                      reading,
                      request.selection().maxRows(),
                      request.batchSize(),
                      request.selection().columns(),
                      request.policy());
          boolean isWhole = request.selection().maxRows() == DataSelection.ALL_ROWS;
          boolean isLocal = isWhole && random.nextInt(3) == 0;
          check(isLocal ? local::evaluate : engine::evaluate, request, partitions, digests, what);
          if (random.nextInt(3) == 0) {
            loseBatches(random);
          }
        }
        data.unpersist();
      }
    }
  }

  private interface Evaluation {
    EvaluationResults of(EvaluationRequest request, ProgressDisplay display);
  }

  private static void check(
      Evaluation evaluation,
      EvaluationRequest request,
      List<List<Kind>> partitions,
      Map<List<Object>, String> digests,
      String what) {
    List<Long> good = new ArrayList<>();
    List<Long> bad = new ArrayList<>();
    long row = 0;
    for (List<Kind> partition : partitions) {
      for (Kind kind : partition) {
        if (row < request.selection().maxRows()) {
          (kind == Kind.GOOD ? good : bad).add(row);
        }
        row++;
      }
    }
    if (bad.size() > request.policy().badRows().most() || good.isEmpty()) {
      assertThatThrownBy(() -> evaluation.of(request, ProgressDisplay.silent()), what)
          .isNotInstanceOf(DataChangedException.class)
          .hasMessageContaining(
              bad.size() > request.policy().badRows().most()
                  ? "rows or more can't be read or processed, but bad_rows is 'skip "
                  : "all %s rows were skipped, so there is no result".formatted(bad.size()));
      return;
    }
    try (EvaluationResults results = evaluation.of(request, ProgressDisplay.silent())) {
      assertThat(results.get("id").toLongArray()).as(what).containsExactly(longs(good));
      assertThat(results.skipped().count()).as(what).isEqualTo(bad.size());
      assertThat(results.skipped().first().stream().map(SkippedRow::row))
          .as(what)
          .isEqualTo(bad.subList(0, Math.min(10, bad.size())));
      List<Object> read = List.of(good.size() + bad.size(), request.selection().columns());
      String digest = results.certificate().orderDigest() + results.certificate().partitions();
      assertThat(digest).as(what).isEqualTo(digests.getOrDefault(read, digest));
      digests.put(read, digest);
    }
  }

  private static long[] longs(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  /** Partitions of up to 12 rows, many of which begin with bad rows or have only those. */
  private static List<List<Kind>> partitions(Random random) {
    List<List<Kind>> partitions = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int partition = 0; partition < count; partition++) {
      int rows = partition == 0 ? 1 + random.nextInt(12) : random.nextInt(13);
      int badFirst = Math.max(0, random.nextInt(2 * rows + 3) - rows);
      int share = random.nextInt(3);
      List<Kind> kinds = new ArrayList<>();
      for (int row = 0; row < rows; row++) {
        boolean isFirst = !kinds.contains(Kind.GOOD);
        boolean isBad = row < badFirst || random.nextInt(4) < share;
        kinds.add(!isBad ? Kind.GOOD : isFirst || random.nextBoolean() ? Kind.BAD : Kind.OTHER);
      }
      partitions.add(kinds);
    }
    return partitions;
  }

  private static SparkDataset dataset(List<List<Kind>> partitions) {
    List<List<Row>> rows = new ArrayList<>();
    long id = 0;
    for (List<Kind> partition : partitions) {
      List<Row> ofPartition = new ArrayList<>();
      for (Kind kind : partition) {
        ofPartition.add(RowFactory.create(id++, kind.name()));
      }
      rows.add(ofPartition);
    }
    return SparkDataset.of(
        session.createDataFrame(
            new JavaSparkContext(session.sparkContext())
                .parallelize(rows, rows.size())
                .flatMap(List::iterator),
            new StructType().add("id", DataTypes.LongType).add("kind", DataTypes.StringType)),
        SkippedRowsReadAgainTest::tensors);
  }

  private static NDList tensors(Row row, NDManager manager) {
    Kind kind = Kind.valueOf(row.getString(1));
    if (kind == Kind.BAD) {
      throw new IllegalArgumentException("bad");
    }
    NDArray id = manager.create(row.getLong(0));
    id.setName("id");
    NDArray x = manager.full(kind == Kind.OTHER ? new Shape(3) : new Shape(2), row.getLong(0) + 1);
    x.setName("x");
    return new NDList(id, x);
  }

  private static EvaluationRequest request(
      SparkDataset data, List<List<Kind>> partitions, Random random) {
    int rows = partitions.stream().mapToInt(List::size).sum();
    DataSelection selection =
        DataSelection.everything()
            .withMaxRows(
                random.nextInt(3) == 0 ? DataSelection.ALL_ROWS : 1 + random.nextInt(rows + 2))
            .withColumns(random.nextBoolean() ? List.of() : List.of("id"));
    return new EvaluationRequest(
            new EvaluationTag("skipping", new TrainingIteration(1, 2, 3), "test"),
            data,
            1 + random.nextInt(8),
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            (batch, model) -> new NDList(batch.get("id")),
            List.of(),
            ResultsTarget.collected(),
            selection)
        .withPolicy(
            EvaluationPolicy.exact()
                .badRows(BadRows.skipUpTo(random.nextInt(4) == 0 ? 1 + random.nextInt(9) : 99)));
  }

  /** Removes half of the stored batches, as if the executors that had them were lost. */
  private static void loseBatches(Random random) {
    session
        .sparkContext()
        .getPersistentRDDs()
        .values()
        .foreach(
            rdd -> {
              for (int partition = 0; partition < rdd.getNumPartitions(); partition++) {
                if (random.nextBoolean()) {
                  SparkEnv.get()
                      .blockManager()
                      .master()
                      .removeBlock(new RDDBlockId(rdd.id(), partition));
                }
              }
              return true;
            });
  }
}
