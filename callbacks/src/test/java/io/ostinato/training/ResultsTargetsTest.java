package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.InMemoryData;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.TestNets;
import io.ostinato.metric.Metric;
import io.ostinato.metric.Metrics;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTargetsTest {
  private static final DataIteratorConfig WRITTEN =
      every(Schedule.everyNEpochs(1)).results().toParquet("hdfs://node/predictions");

  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void anEngineWithoutExecutorsRefusesToWriteBeforeTraining() {
    assertThatThrownBy(() -> build(new Predictions("predictions", WRITTEN, List.of())))
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "callback 'predictions': results().toParquet('hdfs://node/predictions') requires"
                + " executors to write files, but LocalEvaluationEngine has none; use a"
                + " SparkEvaluationEngine, or omit toParquet(path) to collect the results");
  }

  @Test
  void metricsThatAreToBeWrittenAreRefusedBeforeTraining() {
    assertThatThrownBy(
            () -> build(new Predictions("measured", WRITTEN, List.of(Metrics.mean("hit")))))
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "callback 'measured' has metrics, so there are no row results for"
                + " 'hdfs://node/predictions'; remove the metrics or the path");
  }

  @Test
  void onePathForTwoCallbacksIsRefusedBeforeTraining() {
    assertThatThrownBy(
            () ->
                build(
                    new Predictions("one", WRITTEN, List.of()),
                    new Predictions("other", WRITTEN.batchSize(8), List.of())))
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "callbacks 'one' and 'other' both write their results to 'hdfs://node/predictions';"
                + " give each its own path");
  }

  @Test
  void aBlankPathIsRefused() {
    assertThatThrownBy(() -> every(Schedule.never()).results().toParquet(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("toParquet(' ') requires the path of a folder");
  }

  @Test
  void whatIsToldLaterLeavesTheTargetAsItIs() {
    DataIteratorConfig told = WRITTEN.dataset("validation").batchSize(3).weights("ema=0.9");
    assertThat(told.target()).isEqualTo(ResultsTarget.parquet("hdfs://node/predictions"));
    assertThat(every(Schedule.never()).target()).isEqualTo(ResultsTarget.collected());
    assertThat(told.datasetKey()).isEqualTo("validation");
  }

  @Test
  void eachIterationHasItsFolder() {
    TrainingIteration iteration = new TrainingIteration(1, 22, 1408);
    for (String path : new String[] {"s3a://bucket/a", "s3a://bucket/a/"}) {
      assertThat(ResultsTarget.parquet(path))
          .isInstanceOfSatisfying(
              ResultsTarget.Parquet.class,
              parquet ->
                  assertThat(parquet.folder(iteration)).isEqualTo("s3a://bucket/a/E1_U22_S1408"));
    }
  }

  @Test
  void whatIsWrittenSharesNoPass() {
    InMemoryData data = GeneratedRows.inMemory(4);
    ModelSource model = ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
    WeightSnapshot weights = TestNets.weights(1);
    EvaluationRequest collected =
        request(data, model, weights, List.of(), ResultsTarget.collected());
    EvaluationRequest written =
        request(data, model, weights, List.of(), ResultsTarget.parquet("predictions"));
    assertThat(collected.sharesPassWith(collected)).isTrue();
    assertThat(written.sharesPassWith(collected)).isFalse();
    assertThat(collected.sharesPassWith(written)).isFalse();
    assertThat(written.sharesPassWith(written)).isFalse();
    assertThatThrownBy(
            () ->
                request(
                    data,
                    model,
                    weights,
                    List.of(Metrics.mean("hit")),
                    ResultsTarget.parquet("predictions")))
        .hasMessageContaining("with metrics there are no row results to write");
    try (EvaluationEngine local = new LocalEvaluationEngine()) {
      assertThatThrownBy(() -> local.evaluate(written, ProgressDisplay.silent()).close())
          .hasMessageContaining(
              "results().toParquet('predictions') requires executors to write files");
    }
  }

  private static EvaluationRequest request(
      InMemoryData data,
      ModelSource model,
      WeightSnapshot weights,
      List<Metric<?>> metrics,
      ResultsTarget target) {
    return new EvaluationRequest(
        new EvaluationTag("predictions", TrainingIteration.START, "test"),
        data,
        4,
        model,
        weights,
        (batch, net) -> new NDList(batch.get("x")),
        metrics,
        target);
  }

  private TrainingLoop build(Callback... callbacks) {
    TrainingLoopBuilder builder = Trainings.on(manager, folder).length(TrainingLength.epochs(1));
    for (Callback callback : callbacks) {
      builder.callback(callback);
    }
    return builder.build();
  }

  private static final class Predictions extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final List<Metric<?>> metrics;

    Predictions(String name, DataIteratorConfig config, List<Metric<?>> metrics) {
      super(name, config);
      this.metrics = metrics;
    }

    @Override
    protected List<Metric<?>> metrics() {
      return metrics;
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("logits", model.forward(batch.get("x")));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      throw new AssertionError("nothing is trained");
    }
  }
}
