package io.ostinato.loss;

import io.ostinato.callback.AccumulationStep;
import io.ostinato.evaluation.LossParts;
import io.ostinato.storage.SavedState;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The mean over samples of the training loss and of each of its parts, since the last reset. The
 * losses of an update count once the update is complete, so that one that fails leaves nothing
 * behind.
 */
final class LossMean implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String SUM = "sum";
  private static final String SAMPLES = "samples";

  private final LinkedHashMap<String, Sum> sums = new LinkedHashMap<>();
  private final LinkedHashMap<String, Sum> ofUpdate = new LinkedHashMap<>();

  /** The sum of losses weighted by samples, and the number of samples. */
  private record Sum(double losses, long samples) implements Serializable {
    Sum plus(Sum other) {
      return new Sum(losses + other.losses, samples + other.samples);
    }
  }

  void add(AccumulationStep step) {
    step.losses()
        .forEach(
            (name, loss) ->
                ofUpdate.merge(name, new Sum(loss * step.samples(), step.samples()), Sum::plus));
  }

  void updateIsComplete() {
    ofUpdate.forEach((name, sum) -> sums.merge(name, sum, Sum::plus));
    ofUpdate.clear();
  }

  boolean isEmpty() {
    return sums.isEmpty();
  }

  /** The means by name: {@value LossParts#TOTAL}, and the parts of a loss with parts. */
  Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    sums.forEach((name, sum) -> means.put(name, sum.losses() / sum.samples()));
    return means;
  }

  void reset() {
    sums.clear();
  }

  /** Takes out what was added so far. */
  LossMean take() {
    LossMean taken = new LossMean();
    taken.sums.putAll(sums);
    sums.clear();
    return taken;
  }

  /** Adds what was taken out of another. */
  void addAll(LossMean other) {
    other.sums.forEach((name, sum) -> sums.merge(name, sum, Sum::plus));
  }

  SavedState save() {
    SavedState state = SavedState.empty();
    for (Map.Entry<String, Sum> entry : sums.entrySet()) {
      state =
          state
              .with(key(SUM, entry.getKey()), entry.getValue().losses())
              .with(key(SAMPLES, entry.getKey()), entry.getValue().samples());
    }
    return state;
  }

  void restore(SavedState state) {
    sums.clear();
    ofUpdate.clear();
    for (String key : state.values().keySet()) {
      if (key.equals(SUM) || key.startsWith(SUM + ".")) {
        String name = key.equals(SUM) ? LossParts.TOTAL : key.substring(SUM.length() + 1);
        Sum sum = new Sum(state.getDouble(key), state.getLong(key(SAMPLES, name)));
        if (sum.samples() > 0) {
          sums.put(name, sum);
        }
      }
    }
  }

  private static String key(String what, String name) {
    return name.equals(LossParts.TOTAL) ? what : what + "." + name;
  }
}
