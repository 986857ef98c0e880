package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.LossParts;
import io.ostinato.evaluation.LossWithParts;
import io.ostinato.evaluation.TestNets;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.tracking.MetricsRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a callback is told of each micro-batch, and a loss that is made of parts. */
class LossPartsTest {
  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void aMicroBatchComesWithItsInputsAndItsPlace() {
    Steps steps = new Steps();
    Trainings.on(manager, folder)
        .lastBatch(LastBatch.KEEP)
        .effectiveBatchSize(100)
        .microBatchSize(50)
        .length(TrainingLength.updates(3))
        .callback(steps)
        .build()
        .run();
    // 160 rows: updates of 100 and 60.
    assertThat(steps.seen)
        .containsExactly(
            "after E0_U0_S0: 0 of 2, 50 samples",
            "after E0_U0_S0: 1 of 2, 50 samples, the last",
            "after E0_U1_S100: 0 of 2, 50 samples",
            "after E0_U1_S100: 1 of 2, 10 samples, the last",
            "after E1_U2_S160: 0 of 2, 50 samples",
            "after E1_U2_S160: 1 of 2, 50 samples, the last");
    assertThat(steps.losses).hasSize(3);
    assertThat(steps.lastLosses).containsExactlyElementsOf(steps.losses);
  }

  @Test
  void theLastLossIsKnownAfterAResumeToo() {
    Steps whole = new Steps();
    CheckpointCallback keeping = new CheckpointCallback(CheckpointCallback.Config.defaults());
    parts("run").callback(keeping).callback(whole).length(TrainingLength.updates(4)).build().run();
    Steps resumed = new Steps();
    parts("run")
        .callback(resumed)
        .resume("run", "latest")
        .length(TrainingLength.updates(4))
        .build()
        .run();
    assertThat(whole.beforeTraining).isNaN();
    assertThat(resumed.beforeTraining).isEqualTo(whole.lastLosses.get(3));
  }

  @Test
  void eachPartIsWrittenBesideTheTotal() {
    Steps steps = new Steps();
    TrainingLoop training = parts("run").callback(steps).length(TrainingLength.epochs(2)).build();
    training.run();
    List<MetricsRecord> records = Trainings.records(training);
    assertThat(records).hasSize(2);
    for (MetricsRecord record : records) {
      Map<String, Double> m = record.metrics();
      assertThat(m)
          .containsOnlyKeys(
              "loss/online/total/E1",
              "loss/online/cross_entropy/E1",
              "loss/online/size/E1",
              "loss/test/total",
              "loss/test/cross_entropy",
              "loss/test/size",
              "lossdiff/test/total",
              "lossdiff/test/cross_entropy",
              "lossdiff/test/size");
      for (String where : List.of("loss/online/%s/E1", "loss/test/%s", "lossdiff/test/%s")) {
        assertThat(value(m, where, "total"))
            .isCloseTo(value(m, where, "cross_entropy") + value(m, where, "size"), within(1e-5));
      }
      assertThat(value(m, "lossdiff/test/%s", "size"))
          .isCloseTo(
              value(m, "loss/test/%s", "size") - value(m, "loss/online/%s/E1", "size"),
              within(1e-9));
    }
    assertThat(steps.parts).containsOnly("[total, cross_entropy, size]");
    // The parts are counted as the loss is: as the mean over samples.
    assertThat(value(records.get(0).metrics(), "loss/online/%s/E1", "total"))
        .isCloseTo(
            steps.losses.subList(0, 2).stream().mapToDouble(x -> x).average().orElse(0),
            within(1e-6));
  }

  @Test
  void partsGoOnAfterAResumeWithinAnInterval() {
    TrainingLoop whole = parts("whole").length(TrainingLength.epochs(2)).build();
    whole.run();
    CheckpointCallback keeping =
        new CheckpointCallback(
            CheckpointCallback.Config.defaults().every(Schedule.everyNUpdates(1)));
    parts("cut").callback(keeping).length(TrainingLength.updates(3)).build().run();
    TrainingLoop rest =
        parts("cut").resume("cut", "latest").length(TrainingLength.epochs(2)).build();
    rest.run();
    assertThat(Trainings.records(rest))
        .extracting(MetricsRecord::metrics)
        .isEqualTo(Trainings.records(whole).stream().map(MetricsRecord::metrics).toList());
  }

  @Test
  void theWholeIsNoNameOfAPart() {
    try (NDArray one = manager.create(1f)) {
      assertThatThrownBy(() -> LossParts.sumOf(Map.of("total", one)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "a part of a loss can't be named 'total': names must not be blank, and 'total' is"
                  + " the whole loss; parts:"
                  + " [total]");
      assertThatThrownBy(() -> LossParts.sumOf(Map.of(" ", one)))
          .hasMessageContaining("a part of a loss can't be named ' '");
      assertThat(LossParts.sumOf(Map.of("one", one)).total().getFloat()).isEqualTo(1);
      assertThatThrownBy(() -> LossParts.sumOf(Map.of()))
          .hasMessage("a loss with parts requires at least one part; given: {}");
    }
  }

  private TrainingLoopBuilder parts(String runId) {
    return Trainings.on(manager, folder)
        .runId(runId)
        .model(() -> ai.djl.nn.core.Linear.builder().setUnits(3).build(), TestNets.FEATURES)
        .loss(EntropyAndSize::new)
        .effectiveBatchSize(80)
        .microBatchSize(40)
        .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
        .callback(
            new OfflineLossCallback(
                OfflineLossCallback.Config.of(every(Schedule.everyNEpochs(1)).batchSize(15))));
  }

  private static double value(Map<String, Double> metrics, String key, String part) {
    return metrics.getOrDefault(key.formatted(part), Double.NaN);
  }

  /** The cross entropy, and a tenth of the mean square of the outputs. */
  private static final class EntropyAndSize extends LossWithParts {
    private final Loss entropy = Loss.softmaxCrossEntropyLoss();

    EntropyAndSize() {
      super("EntropyAndSize");
    }

    @Override
    public LossParts evaluateParts(NDList labels, NDList predictions) {
      NDArray outputs = predictions.singletonOrThrow();
      NDArray tenth = outputs.getManager().create(0.1f);
      Map<String, NDArray> parts = new java.util.LinkedHashMap<>();
      parts.put("cross_entropy", entropy.evaluate(labels, predictions));
      parts.put("size", outputs.square().mean().mul(tenth));
      return LossParts.sumOf(parts);
    }
  }

  /** Notes each micro-batch, the loss of each update, and what the context says of it. */
  private static final class Steps extends Callback {
    private static final long serialVersionUID = 1;
    private final ArrayList<String> seen = new ArrayList<>();
    private final ArrayList<String> parts = new ArrayList<>();
    private final ArrayList<Double> losses = new ArrayList<>();
    private final ArrayList<Double> lastLosses = new ArrayList<>();
    private double beforeTraining;
    private double sum;
    private int samples;

    @Override
    public void beforeTraining(UpdateCounter at) {
      beforeTraining = context().lastLoss().orElse(Double.NaN);
    }

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      seen.add(
          "after %s: %d of %d, %d samples%s"
              .formatted(
                  step.before().current(),
                  step.microBatch(),
                  step.microBatches(),
                  step.samples(),
                  step.isLast() ? ", the last" : ""));
      parts.add(step.losses().keySet().toString());
      NDArray inputs = step.inputs().singletonOrThrow();
      assertThat(inputs.getShape()).isEqualTo(new Shape(step.samples()).addAll(TestNets.FEATURES));
      assertThat(step.lossValue()).isEqualTo(step.loss().getFloat());
      sum += step.lossValue() * step.samples();
      samples += step.samples();
    }

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {
      losses.add(sum / samples);
      sum = 0;
      samples = 0;
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      lastLosses.add(context().lastLoss().orElse(Double.NaN));
    }
  }
}
