package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.monitor.DatasetStatsCallback;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.monitor.ParameterCountCallback;
import io.ostinato.monitor.ProgressBarCallback;
import io.ostinato.monitor.ProgressLogCallback;
import io.ostinato.monitor.TrainTimeCallback;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The callbacks that are added by default: a progress log and bar; the loss observed in training,
 * the learning rate and the times of updates, every epoch; the numbers of rows and parameters,
 * before training.
 */
public final class DefaultCallbacks {
  private DefaultCallbacks() {}

  /** Creates all default callbacks. */
  public static List<Callback> all() {
    return List.of(
        new ProgressBarCallback(ProgressBarCallback.Config.defaults()),
        new ProgressLogCallback(ProgressLogCallback.Config.defaults()),
        new DatasetStatsCallback(DatasetStatsCallback.Config.defaults()),
        new ParameterCountCallback(ParameterCountCallback.Config.defaults()),
        new OnlineLossCallback(OnlineLossCallback.Config.defaults()),
        new LearningRateCallback(LearningRateCallback.Config.defaults()),
        new TrainTimeCallback(TrainTimeCallback.Config.defaults()));
  }

  /** Creates the default callbacks whose class is not among those registered. */
  static List<Callback> without(List<Callback> registered) {
    Set<Class<?>> classes = registered.stream().map(Object::getClass).collect(Collectors.toSet());
    return all().stream().filter(callback -> !classes.contains(callback.getClass())).toList();
  }
}
