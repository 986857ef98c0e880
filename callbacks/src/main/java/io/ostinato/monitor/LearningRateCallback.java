package io.ostinato.monitor;

import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Kind;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.Schedule;
import java.io.Serializable;
import java.util.Map;
import java.util.Set;

/**
 * Writes {@code optim/lr/{group}}: the learning rate of the next update. The group is {@code all},
 * or the name of a parameter if parameters have different rates.
 */
@Kind(name = "learning_rate", value = "The learning rate: `optim/lr/{group}`. Added by default.")
public final class LearningRateCallback extends PeriodicCallback {
  private static final long serialVersionUID = 1;

  /** The settings of the callback: when to write. Default: every epoch. */
  public record Config(@Inline Schedule schedule) implements Serializable {
    public static Config defaults() {
      return Defaults.of(Config.class);
    }
  }

  public LearningRateCallback(Config config) {
    super("learning_rate", config.schedule());
  }

  /** The metric of a common rate; individual rates are known only when training begins. */
  @Override
  public Set<String> writesMetrics() {
    return Set.of(key("all"));
  }

  @Override
  public Map<String, Direction> directions() {
    return Map.of(key("*"), Direction.NEUTRAL);
  }

  private static String key(String group) {
    return "optim/lr/" + group;
  }

  @Override
  protected void periodicCallback(Invocation at) {
    context().learningRates().forEach((group, rate) -> writer().addScalar(key(group), rate));
  }
}
