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
final class PendingCheckpoints implements CheckpointRequests {
  private final Checkpoints checkpoints;
  private final Supplier<Checkpoint> training;
  private final Function<WeightSnapshot, Checkpoint> ofWeights;
  private final Map<String, Supplier<Checkpoint>> saves = new LinkedHashMap<>();
  private final Set<String> latest = new LinkedHashSet<>();
  private final Set<String> deletes = new LinkedHashSet<>();

  /**
   * Nothing yet.
   *
   * @param training makes the checkpoint of the present moment
   * @param ofWeights makes a checkpoint that has weights only
   */
  PendingCheckpoints(
      Checkpoints checkpoints,
      Supplier<Checkpoint> training,
      Function<WeightSnapshot, Checkpoint> ofWeights) {
    this.checkpoints = checkpoints;
    this.training = training;
    this.ofWeights = ofWeights;
  }

  @Override
  public void saveTraining(String tag) {
    saves.put(tag, training);
  }

  @Override
  public void saveWeights(String tag, WeightSnapshot weights) {
    // What is kept of a moment to go on from has the weights too.
    saves.putIfAbsent(tag, () -> ofWeights.apply(weights));
  }

  @Override
  public void markLatest(String tag) {
    latest.add(tag);
  }

  @Override
  public void delete(String tag) {
    deletes.add(tag);
  }

  /** Writes it all. */
  void write() {
    try {
      saves.forEach((tag, checkpoint) -> checkpoints.save(tag, checkpoint.get()));
      latest.forEach(checkpoints::markLatest);
      deletes.stream().filter(tag -> !saves.containsKey(tag)).forEach(checkpoints::delete);
    } finally {
      saves.clear();
      latest.clear();
      deletes.clear();
    }
  }
}
