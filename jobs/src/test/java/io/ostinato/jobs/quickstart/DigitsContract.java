package io.ostinato.jobs.quickstart;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.InMemoryData;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.jobs.model.DigitsNet;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.metric.Average;
import io.ostinato.metric.Metrics;
import io.ostinato.metric.OutputKind;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.quality.BestMetricCallback;
import io.ostinato.quality.MetricCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.training.TrainingLoop;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The digits through Spark and in this process. */
abstract class DigitsContract {
  @TempDir Path folder;

  abstract SparkSession session();

  @Test
  void theNumbersAreThoseOfTheLocalEngineBitForBit() {
    TestDigits digits = TestDigits.load();
    WeightSnapshot weights = trainedWeights(digits);
    SparkDataset data = TestDigits.test(session());
    int[] partitions = partitionSizes(digits.testRows(session()));
    assertThat(Arrays.stream(partitions).sum()).isEqualTo(360);
    try (SparkEvaluationEngine spark = SparkEvaluationEngine.of(session());
        LocalEvaluationEngine local = new LocalEvaluationEngine();
        EvaluationResults there = evaluate(spark, data, weights);
        EvaluationResults here = evaluate(local, inMemory(partitions), weights)) {
      assertThat(there.rows()).isEqualTo(360);
      for (String name : new String[] {"logits", "labels"}) {
        assertThat(there.get(name).toByteArray()).isEqualTo(here.get(name).toByteArray());
      }
      float accuracy =
          there
              .get("logits")
              .argMax(1)
              .eq(there.get("labels"))
              .toType(DataType.FLOAT32, false)
              .mean()
              .getFloat();
      assertThat(accuracy).as("the weights are trained ones").isGreaterThan(0.7f);
    }
  }

  @Test
  void shippedCallbacksMeasureTheSameThroughSparkAndInProcess() {
    TestDigits digits = TestDigits.load();
    SparkDataset data = TestDigits.test(session());
    InMemoryData same = inMemory(partitionSizes(digits.testRows(session())));
    try (SparkEvaluationEngine spark = SparkEvaluationEngine.of(session());
        LocalEvaluationEngine local = new LocalEvaluationEngine()) {
      List<Map<String, Double>> there = measured(digits, "spark", spark, data);
      assertThat(there).hasSize(2);
      assertThat(there.get(1))
          .containsOnlyKeys(
              "accuracy/test",
              "f1_macro/test",
              "log_loss/test",
              "accuracy/test.ema=0.9",
              "loss/test/softmax_cross_entropy",
              "lossdiff/test/softmax_cross_entropy",
              "log_loss/test/at_best/accuracy/test");
      assertThat(there).isEqualTo(measured(digits, "local", local, same));
    }
  }

  private List<Map<String, Double>> measured(
      TestDigits digits, String runId, EvaluationEngine engine, EvaluationData data) {
    DataIteratorConfig everyEpoch = every(Schedule.everyNEpochs(1)).batchSize(32);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      TrainingLoop training =
          TrainingLoop.builder()
              .model(DigitsNet::new, DigitsNet.INPUT)
              .data(
                  DataContainer.builder()
                      .train(digits.train(manager))
                      .evaluation("test", data)
                      .build())
              .engine(engine)
              .callback(
                  new BestMetricCallback(
                      BestMetricCallback.Config.of("accuracy/test", "log_loss/test")))
              .callback(new EmaCallback(new EmaCallback.Config(List.of(0.9))))
              .callback(
                  new MetricCallback(
                      MetricCallback.Config.of(
                          everyEpoch,
                          Metrics.accuracy(),
                          Metrics.f1(10, Average.MACRO),
                          Metrics.logLoss(OutputKind.LOGITS))))
              .callback(
                  new MetricCallback(
                      MetricCallback.Config.of(everyEpoch.weights("ema=0.9"), Metrics.accuracy())))
              .callback(new OfflineLossCallback(OfflineLossCallback.Config.of(everyEpoch)))
              .withoutDefaultCallbacks()
              .length(TrainingLength.epochs(2))
              .output(folder)
              .runId(runId)
              .progress(ProgressDisplay.silent())
              .build();
      training.run();
      return MetricsFile.read(training.folder().resolve("metrics.jsonl")).stream()
          .map(MetricsRecord::metrics)
          .toList();
    }
  }

  private WeightSnapshot trainedWeights(TestDigits digits) {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      return TrainingLoop.builder()
          .model(DigitsNet::new, DigitsNet.INPUT)
          .data(DataContainer.builder().train(digits.train(manager)).build())
          .length(TrainingLength.epochs(2))
          .output(folder)
          .progress(ProgressDisplay.silent())
          .build()
          .run()
          .weights();
    }
  }

  /** The test rows by another way: the file's last 360 lines, without Spark. */
  private static InMemoryData inMemory(int[] partitions) {
    String file = "/io/ostinato/jobs/quickstart/digits.csv";
    try (InputStream in = DigitsContract.class.getResourceAsStream(file)) {
      String text =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
      List<String> lines = text.lines().skip(1437).toList();
      ByteBuffer x = ByteBuffer.allocate(360 * 64 * 4).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer labels = ByteBuffer.allocate(360 * 8).order(ByteOrder.LITTLE_ENDIAN);
      for (String line : lines) {
        String[] numbers = line.split(",");
        for (int i = 0; i < 64; i++) {
          x.putFloat(Integer.parseInt(numbers[i]) / 16f);
        }
        labels.putLong(Long.parseLong(numbers[64]));
      }
      return InMemoryData.of(
              HostArray.of("x", DataType.FLOAT32, new Shape(360, 1, 8, 8), x.array()),
              HostArray.of("class", DataType.INT64, new Shape(360), labels.array()))
          .partitioned(partitions);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] partitionSizes(Dataset<Row> rows) {
    return rows.javaRDD().glom().map(List::size).collect().stream()
        .mapToInt(size -> size)
        .toArray();
  }

  private static EvaluationResults evaluate(
      EvaluationEngine engine, EvaluationData data, WeightSnapshot weights) {
    return engine.evaluate(
        new EvaluationRequest(
            new EvaluationTag("digits", TrainingIteration.START, "test"),
            data,
            32,
            ModelSource.ofBlock(DigitsNet::new, DigitsNet.INPUT),
            weights,
            DigitsContract::logits),
        ProgressDisplay.silent());
  }

  private static NDList logits(EvaluationBatch batch, EvaluationModel model) {
    NDArray logits = model.forward(batch.get("x"));
    logits.setName("logits");
    NDArray labels = batch.get("class");
    labels.setName("labels");
    return new NDList(logits, labels);
  }
}
