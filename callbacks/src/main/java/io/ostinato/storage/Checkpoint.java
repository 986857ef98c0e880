package io.ostinato.storage;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The state of a training at one iteration.
 *
 * @param architecture a description of the model that the weights belong to
 * @param weights the model's weights
 * @param optimizer the optimizer's state; empty for a weights-only checkpoint
 * @param states the states of callbacks by name; empty for a weights-only checkpoint
 * @param loop the state of the training loop itself, plain values only
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

  /** The content of a checkpoint. */
  public enum Content {
    /** The complete state required to resume training. */
    TRAINING,
    WEIGHTS
  }

  public Checkpoint {
    optimizer = List.copyOf(optimizer);
    states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
    loop = Collections.unmodifiableMap(new LinkedHashMap<>(loop));
  }

  /** A checkpoint with the complete state required to resume training. */
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

  /** A checkpoint with weights only. */
  public static Checkpoint ofWeights(
      TrainingIteration iteration, String runId, String architecture, WeightSnapshot weights) {
    return new Checkpoint(
        Content.WEIGHTS, iteration, runId, architecture, weights, List.of(), Map.of(), Map.of());
  }

  /** A copy with this state of the training loop. */
  public Checkpoint withLoop(Map<String, String> values) {
    return new Checkpoint(
        content, iteration, runId, architecture, weights, optimizer, states, values);
  }

  public boolean isResumable() {
    return content == Content.TRAINING;
  }
}
