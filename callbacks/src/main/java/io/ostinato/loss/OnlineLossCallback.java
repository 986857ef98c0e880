package io.ostinato.loss;

import ai.djl.training.loss.Loss;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Kind;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import java.io.Serializable;
import java.util.Map;
import java.util.Set;

/**
 * Writes {@code loss/online/{name}/{interval}}: the loss observed in training, as the mean over the
 * samples since it was last written. The weights change during this interval; {@link
 * OfflineLossCallback} measures at a single moment. For a {@link
 * io.ostinato.evaluation.LossWithParts} the names are {@code total} and those of the parts.
 */
@Kind(
    name = "online_loss",
    value = "The loss observed in training: `loss/online/{name}/{interval}`. Added by default.")
public final class OnlineLossCallback extends PeriodicCallback implements Stateful {
  private static final long serialVersionUID = 1;

  private final LossMean mean = new LossMean();

  /**
   * The settings of the callback.
   *
   * @param schedule when to write. Default: every epoch
   */
  public record Config(@Inline Schedule schedule) implements Serializable {
    public static Config defaults() {
      return Defaults.of(Config.class);
    }
  }

  public OnlineLossCallback(Config config) {
    super("online_loss." + config.schedule().intervalString(), config.schedule());
  }

  /** The metric of the total loss; its parts are known only once it is computed. */
  @Override
  public Set<String> writesMetrics(TrainingPlan plan) {
    return Set.of(key(LossName.of(plan.loss().get())));
  }

  @Override
  public Map<String, Direction> directions() {
    return Map.of(key("*"), Direction.LOWER_IS_BETTER);
  }

  private String key(String name) {
    return "loss/online/%s/%s".formatted(name, schedule().intervalString());
  }

  @Override
  public void trackAfterAccumulationStep(AccumulationStep step) {
    mean.add(step);
  }

  @Override
  public void trackAfterUpdateStep(UpdateCounter at) {
    mean.updateIsComplete();
  }

  @Override
  protected void periodicCallback(Invocation at) {
    if (mean.isEmpty()) {
      return;
    }
    Loss loss = context().loss().get();
    mean.means().forEach((part, value) -> writer().addScalar(key(LossName.of(loss, part)), value));
    if (at.isScheduled()) {
      mean.reset();
    }
  }

  @Override
  public SavedState saveState() {
    return mean.save();
  }

  @Override
  public void restoreState(SavedState state) {
    mean.restore(state);
  }
}
