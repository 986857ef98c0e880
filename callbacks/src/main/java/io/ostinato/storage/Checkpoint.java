package io.ostinato.storage;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A training at one iteration.
 *
 * @param architecture what the weights belong to, in words
 * @param weights of the model
 * @param optimizer what the optimizer remembers; none where there are weights only
 * @param states of callbacks, by their names; none where there are weights only
 * @param loop what the training itself remembers, plain values only
 */
public record Checkpoint(
    Content content,
    TrainingIteration iteration,
    String runId,
    String architecture,
    WeightSnapshot weights,
    List<HostArray> optimizer,
    Map<String, SavedState> states,
    Map<String, String> loop) {

  /** What a checkpoint has. */
  public enum Content {
    /** All that is needed to go on. */
    TRAINING,
    WEIGHTS
  }

  public Checkpoint {
    optimizer = List.copyOf(optimizer);
    states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
    loop = Collections.unmodifiableMap(new LinkedHashMap<>(loop));
  }

  /** All that is needed to go on from an iteration. */
  public static Checkpoint ofTraining(
      TrainingIteration iteration,
      String runId,
      String architecture,
      WeightSnapshot weights,
      List<HostArray> optimizer,
      Map<String, SavedState> states) {
    return new Checkpoint(
        Content.TRAINING, iteration, runId, architecture, weights, optimizer, states, Map.of());
  }

  /** Weights at an iteration, and nothing else. */
  public static Checkpoint ofWeights(
      TrainingIteration iteration, String runId, String architecture, WeightSnapshot weights) {
    return new Checkpoint(
        Content.WEIGHTS, iteration, runId, architecture, weights, List.of(), Map.of(), Map.of());
  }

  /** The same, with what the training itself remembers. */
  public Checkpoint withLoop(Map<String, String> values) {
    return new Checkpoint(
        content, iteration, runId, architecture, weights, optimizer, states, values);
  }

  public boolean isResumable() {
    return content == Content.TRAINING;
  }
}
