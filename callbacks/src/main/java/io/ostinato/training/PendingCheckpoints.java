package io.ostinato.training;

import io.ostinato.callback.CheckpointRequests;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.Checkpoints;
import io.ostinato.weights.WeightSnapshot;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** What callbacks asked to be kept of the present moment, until the moment is over. */
final class PendingCheckpoints {
  private final Checkpoints checkpoints;
  private final Supplier<Checkpoint> training;
  private final Supplier<WeightSnapshot> weights;
  private final Function<WeightSnapshot, Checkpoint> ofWeights;
  private final Map<String, Supplier<Checkpoint>> saves = new LinkedHashMap<>();
  private final Map<String, Set<String>> keptFor = new LinkedHashMap<>();
  private final Set<String> latest = new LinkedHashSet<>();
  private final Set<String> latestWeights = new LinkedHashSet<>();
  private final Set<Release> releases = new LinkedHashSet<>();

  private record Release(String tag, String callback) {}

  /**
   * Nothing yet.
   *
   * @param training makes the checkpoint of the present moment
   * @param weights those of the training, at the end of the moment
   * @param ofWeights makes a checkpoint that has weights only
   */
  PendingCheckpoints(
      Checkpoints checkpoints,
      Supplier<Checkpoint> training,
      Supplier<WeightSnapshot> weights,
      Function<WeightSnapshot, Checkpoint> ofWeights) {
    this.checkpoints = checkpoints;
    this.training = training;
    this.weights = weights;
    this.ofWeights = ofWeights;
  }

  /** Takes what this callback asks for. */
  CheckpointRequests of(String callback) {
    return new Requests(callback);
  }

  /**
   * Leaves out what training could go on from, and what would take the place of such a checkpoint
   * of before. Weights stay: whoever asked for them remembers that they are kept.
   */
  void dropTrainings() {
    saves.values().removeIf(save -> save == training);
    latest.clear();
    latestWeights.clear();
    releases.clear();
  }

  /** Writes it all. */
  void write() {
    try {
      saves.forEach(
          (tag, checkpoint) ->
              checkpoints.save(tag, checkpoint.get(), keptFor.getOrDefault(tag, Set.of())));
      latest.forEach(checkpoints::markLatest);
      latestWeights.forEach(checkpoints::markLatestWeights);
      releases.stream()
          .filter(release -> !isAskedFor(release))
          .forEach(release -> checkpoints.release(release.tag(), release.callback()));
    } finally {
      saves.clear();
      keptFor.clear();
      latest.clear();
      latestWeights.clear();
      releases.clear();
    }
  }

  private boolean isAskedFor(Release release) {
    return keptFor.getOrDefault(release.tag(), Set.of()).contains(release.callback());
  }

  /** What one callback asks for. */
  private final class Requests implements CheckpointRequests {
    private final String callback;

    Requests(String callback) {
      this.callback = callback;
    }

    @Override
    public void saveTraining(String tag) {
      keep(tag);
      saves.put(tag, training);
    }

    @Override
    public void saveWeights(String tag) {
      keep(tag);
      // What is kept of a moment to go on from has the weights too.
      saves.putIfAbsent(tag, () -> ofWeights.apply(weights.get()));
    }

    @Override
    public void saveWeights(String tag, WeightSnapshot others) {
      keep(tag);
      saves.putIfAbsent(tag, () -> ofWeights.apply(others));
    }

    @Override
    public void markLatest(String tag) {
      latest.add(tag);
    }

    @Override
    public void markLatestWeights(String tag) {
      latestWeights.add(tag);
    }

    @Override
    public void release(String tag) {
      releases.add(new Release(tag, callback));
    }

    private void keep(String tag) {
      keptFor.computeIfAbsent(tag, t -> new LinkedHashSet<>()).add(callback);
    }
  }
}
