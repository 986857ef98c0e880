package io.ostinato.training;

import io.ostinato.callback.CheckpointRequests;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.Checkpoints;
import io.ostinato.weights.WeightSnapshot;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The checkpoints of the current moment that callbacks requested, until the moment ends. */
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
   * Creates an empty set of requests.
   *
   * @param checkpoints where checkpoints are written
   * @param training creates the checkpoint of the current moment
   * @param weights supplies the weights of the training at the end of the moment
   * @param ofWeights creates a checkpoint with only weights
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

  /** Accepts the requests of a callback. */
  CheckpointRequests of(String callback) {
    return new Requests(callback);
  }

  /**
   * Drops requests for checkpoints that training could resume from, and everything that would
   * replace earlier ones. Requests for weights remain, since the callbacks that made them assume
   * that they are saved.
   */
  void dropTrainings() {
    saves.values().removeIf(save -> save == training);
    latest.clear();
    latestWeights.clear();
    releases.clear();
  }

  /** Writes all requested checkpoints, then releases others. */
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

  /** The requests of one callback. */
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
      // A complete checkpoint of the moment includes the weights.
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

    @Override
    public void releaseBefore(TrainingIteration iteration) {
      checkpoints.heldBefore(iteration, callback).forEach(this::release);
    }

    private void keep(String tag) {
      keptFor.computeIfAbsent(tag, t -> new LinkedHashSet<>()).add(callback);
    }
  }
}
