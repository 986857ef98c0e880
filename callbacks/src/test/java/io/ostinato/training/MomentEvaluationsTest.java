package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import org.junit.jupiter.api.Test;

/** That evaluations and training leave each other alone. */
class MomentEvaluationsTest extends MomentsFixture {
  @Test
  void accumulationAndAnEvaluationEveryUpdateDontDisturbEachOther() {
    TrainingResult plain =
        loop().runId("plain").microBatchSize(4).length(TrainingLength.epochs(2)).build().run();
    TrainingLoop evaluated =
        loop()
            .runId("evaluated")
            .microBatchSize(4)
            .callback(new Trainings.Accuracy(every(Schedule.everyNUpdates(1))))
            .length(TrainingLength.epochs(2))
            .build();
    assertThat(evaluated.run().weights().manifest()).isEqualTo(plain.weights().manifest());
    assertThat(Trainings.records(evaluated)).hasSize(20);
  }

  @Test
  void anEvaluationAfterAnUpdateIsInEvaluationMode() {
    // In training mode dropout draws again each time, and batch norm takes the batch's statistics.
    TrainingLoop training =
        loop()
            .model(Trainings::noisyNet, TestNets.FEATURES)
            .callback(new OutputSum("a", 40))
            .callback(new OutputSum("b", 40))
            .callback(new OutputSum("c", 7))
            .length(TrainingLength.updates(3))
            .build();
    TrainingResult evaluated = training.run();
    assertThat(Trainings.records(training))
        .hasSize(3)
        .allSatisfy(
            record -> {
              double a = record.metrics().getOrDefault("a", Double.NaN);
              assertThat(record.metrics().get("b")).isEqualTo(a);
              assertThat(record.metrics().getOrDefault("c", Double.NaN))
                  .as("whatever the rows of a batch")
                  .isCloseTo(a, within(1e-4));
            });
    TrainingResult plain =
        loop()
            .runId("plain")
            .model(Trainings::noisyNet, TestNets.FEATURES)
            .length(TrainingLength.updates(3))
            .build()
            .run();
    assertThat(evaluated.weights().manifest())
        .as("training goes on in training mode, with the same statistics and random numbers")
        .isEqualTo(plain.weights().manifest());
  }

  @Test
  void evaluatingOutsideTrainingRunsEveryCallbackOnceAndFlushes() {
    TrainingLoop training =
        loop()
            .callback(Trainings.accuracy())
            .callback(new Noting("n", seen))
            .length(TrainingLength.epochs(1))
            .build();
    training.evaluate();
    training.run();
    training.evaluate();
    assertThat(Trainings.records(training))
        .extracting(record -> record.iteration() + " " + record.metrics().keySet())
        .containsExactly(
            "E0_U0_S0 [accuracy/test]",
            "E1_U10_S160 [accuracy/test]",
            "E1_U10_S160 [accuracy/test]");
    assertThat(seen.stream().filter(s -> s.contains("eval")))
        .containsExactly("n eval E0_U0_S0", "n eval E1_U10_S160");
    assertThat(metric(training, 1)).isNotEqualTo(metric(training, 0));
    assertThat(metric(training, 2)).as("after training").isEqualTo(metric(training, 1));
  }

  @Test
  void evaluatingFirstDoesntChangeTheTraining() {
    TrainingLoop plain = loop().runId("plain").length(TrainingLength.epochs(1)).build();
    TrainingLoop evaluated =
        loop()
            .runId("evaluated")
            .callback(Trainings.accuracy())
            .length(TrainingLength.epochs(1))
            .build();
    evaluated.evaluate();
    assertThat(evaluated.run().weights().manifest()).isEqualTo(plain.run().weights().manifest());
  }

  private double metric(TrainingLoop training, int record) {
    return Trainings.records(training)
        .get(record)
        .metrics()
        .getOrDefault("accuracy/test", Double.NaN);
  }

  /** The sum of all outputs, evaluated after each update in batches of some size. */
  private static final class OutputSum extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;

    OutputSum(String name, int batchSize) {
      super(name, every(Schedule.everyNUpdates(1)).batchSize(batchSize));
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("outputs", model.forward(batch.get("x")));
    }

    @Override
    protected void processResults(io.ostinato.evaluation.EvaluationResults results, Invocation at) {
      writer()
          .addScalar(
              name(), results.get("outputs").toType(DataType.FLOAT64, false).sum().getDouble());
    }
  }
}
