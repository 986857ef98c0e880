package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.model.EvaluationModel;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.monitor.ProgressBarCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.weights.CapturedWeights;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The copies of weights that are evaluated beside training. */
class CopiesBesideTest extends BesideFixture {
  private static final Schedule EVERY_5 = Schedule.everyNUpdates(5);

  @Test
  void offeredWeightsAreCopiedOnceForAMoment() {
    Offering offering = new Offering();
    loop("run", Evaluations.beside(), 1)
        .callback(offering)
        .callback(new Outputs(DataIteratorConfig.every(EVERY_5).weights("same").named("one")))
        .callback(new ProgressBarCallback(ProgressBarCallback.Config.defaults()))
        .callback(new Outputs(DataIteratorConfig.every(EVERY_5).weights("same").named("other")))
        .callback(new LearningRateCallback(new LearningRateCallback.Config(EVERY_5)))
        .callback(new Scaling(Schedule.everyNUpdates(7)))
        .build()
        .run();
    assertThat(offering.copies).isEqualTo(30 / 5);
  }

  @Test
  void eachEvaluationGetsTheWeightsOfItsTurnAlthoughACallbackChangesThem() {
    List<String> inline = metrics(changing("inline", Evaluations.inline()));
    List<String> beside = metrics(changing("beside", Evaluations.beside().join(Join.updates(2))));
    assertThat(beside.stream().map(line -> line.replaceAll("evaluation_lag=[0-9.]+, ", "")))
        .isEqualTo(inline);
    assertThat(inline).hasSize(30 / 5);
    assertThat(inline.get(0)).matches(".*outputs/after=(\\S+), outputs/before=(?!\\1}).*");
  }

  private TrainingLoop changing(String runId, Evaluations evaluations) {
    TrainingLoop training =
        loop(runId, evaluations, 1)
            .callback(new Outputs(DataIteratorConfig.every(EVERY_5).named("before")))
            .callback(new Scaling(EVERY_5))
            .callback(new Outputs(DataIteratorConfig.every(EVERY_5).named("after")))
            .build();
    training.run();
    return training;
  }

  /** Offers the weights of the training, and counts the copies. */
  private static final class Offering extends Callback {
    private static final long serialVersionUID = 1;
    private int copies;

    @Override
    public Set<String> offersWeights() {
      return Set.of("same");
    }

    @Override
    protected void attached() {
      context()
          .variants()
          .offer(
              "same",
              () -> context().weights(),
              () -> {
                copies++;
                return CapturedWeights.of(context().weights());
              });
    }
  }

  /** Makes all weights larger. */
  private static final class Scaling extends PeriodicCallback {
    private static final long serialVersionUID = 1;

    Scaling(Schedule schedule) {
      super(schedule);
    }

    @Override
    protected void periodicCallback(Invocation at) {
      for (Parameter parameter : context().block().getParameters().values()) {
        try (NDArray weights = parameter.getArray().stopGradient()) {
          weights.muli(1.5);
        }
      }
    }
  }

  /** Writes the mean of the model's outputs. */
  private static final class Outputs extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;

    Outputs(DataIteratorConfig config) {
      super("outputs." + config.label(), config);
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("outputs", model.forward(batch.get("x")));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      writer().addScalar("outputs/" + config().label(), results.get("outputs").mean().getFloat());
    }
  }
}
