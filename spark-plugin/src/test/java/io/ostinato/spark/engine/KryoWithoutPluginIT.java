package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.EvaluationBatch;
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
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.text.TokenizerFile;
import io.ostinato.spark.text.TokensConverter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The contract on executor processes that lack the plugin, with Kryo as Spark's serializer and all
 * that is sent authenticated and encrypted.
 */
@Tag("spark35")
class KryoWithoutPluginIT extends SparkEngineContract {
  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session =
        TestSpark.localCluster(
            Map.of(
                "spark.serializer",
                "org.apache.spark.serializer.KryoSerializer",
                "spark.authenticate",
                "true",
                "spark.authenticate.secret",
                "secret",
                "spark.network.crypto.enabled",
                "true",
                "spark.io.encryption.enabled",
                "true",
                "spark.executor.heartbeatInterval",
                "200ms"));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @Test
  void aTaskThatIsRetriedCountsOnce() {
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("retried", new TrainingIteration(0, 1, 1), "generated"),
            TestSpark.generated(session, 50, 50, 50),
            8,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            KryoWithoutPluginIT::failFirst);
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      assertThat(results.get("labels").toLongArray())
          .isEqualTo(IntStream.range(0, 150).mapToLong(GeneratedRows::label).toArray());
    }
  }

  @Test
  void executorsTokenizeText() throws Exception {
    TokensConverter tokens =
        TokensConverter.of(
            "text", TokenizerFile.read(Path.of("src/test/resources/tokenizers/bpe.json")), 8);
    Dataset<Row> rows =
        session
            .range(0, 40, 1, 4)
            .selectExpr("concat('the film ', id, ' was \ud83d\ude00 good') as text");
    List<DataBatch> batches = SparkDataset.of(rows).column("text", tokens).batches(10).toList();
    assertThat(batches).hasSize(4);
    List<ByteBuffer> expected =
        Stream.generate(() -> ByteBuffer.allocate(40 * 64).order(ByteOrder.LITTLE_ENDIAN))
            .limit(2)
            .toList();
    for (int row = 0; row < 40; row++) {
      tokens.convert("the film %s was \ud83d\ude00 good".formatted(row), expected);
    }
    for (DataBatch batch : batches) {
      for (int i = 0; i < expected.size(); i++) {
        ByteBuffer rowsOfBatch = expected.get(i).slice((int) batch.firstRow() * 64, 640);
        assertThat(ByteBuffer.wrap(batch.arrays().get(i).bytes())).isEqualTo(rowsOfBatch);
      }
    }
  }

  @Test
  void anExecutorReplacesADamagedCopyOfABlock() {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    Broadcast<byte[]> owner = context.broadcast(new byte[0]);
    byte[] right = {1, 2, 3};
    InternalBlocks.put(owner.id(), List.of(ByteBuffer.wrap(right)));
    long block = owner.id();
    long checksum = InternalBlocks.checksum(List.of(ByteBuffer.wrap(right)));
    List<byte[]> read =
        context
            .parallelize(List.of(1), 1)
            .map(i -> putDamaged(block))
            .map(i -> bytes(i, checksum))
            .collect();
    assertThat(read).containsExactly(right);
    owner.destroy();
  }

  private static long putDamaged(long block) {
    InternalBlocks.put(block, List.of(ByteBuffer.wrap(new byte[] {1, 2, 4})));
    return block;
  }

  private static byte[] bytes(long block, long checksum) {
    InternalBlocks.get(block, checksum);
    byte[] bytes = new byte[3];
    InternalBlocks.get(block, checksum).get(bytes);
    return bytes;
  }

  private static NDList failFirst(EvaluationBatch batch, EvaluationModel model) {
    TaskContext task = TaskContext.get();
    if (task.partitionId() == 1 && task.attemptNumber() == 0 && batch.firstRow() > 80) {
      throw new IllegalStateException("the first attempt fails");
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
}
