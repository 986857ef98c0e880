package io.ostinato.training;

import ai.djl.nn.Block;
import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.WeightVariants;
import io.ostinato.model.BlockWeights;
import io.ostinato.weights.CapturedWeights;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The training at its present moment. Not thread-safe: used by the training thread only. */
final class PresentTraining implements TrainingView {
  private final Block block;
  private final OptimizerState optimizer;
  private final LastLoss lastLoss;
  private final WeightVariants variants = new WeightVariants();
  private final SnapshotTaker taker = new SnapshotTaker();
  private UpdateTimings timings = UpdateTimings.NONE;
  private final Map<String, CapturedWeights> capturedVariants = new HashMap<>();
  private @Nullable CapturedWeights captured;
  private boolean isCaptureCurrent;

  PresentTraining(Block block, OptimizerState optimizer, LastLoss lastLoss) {
    this.block = block;
    this.optimizer = optimizer;
    this.lastLoss = lastLoss;
  }

  /** Called after each update. */
  void updated(UpdateTimings timingsOfUpdate) {
    timings = timingsOfUpdate;
    captured = null;
    mayHaveChanged();
  }

  /** Called when a callback has run, which can have changed the weights in place. */
  void mayHaveChanged() {
    isCaptureCurrent = false;
    capturedVariants.clear();
  }

  /** Copies the present weights, unless that was done at this moment and nothing has changed. */
  CapturedWeights capture() {
    CapturedWeights known = captured;
    if (known == null || !isCaptureCurrent) {
      known = BlockWeights.capture(block, taker, known);
      captured = known;
      isCaptureCurrent = true;
    }
    return known;
  }

  /**
   * Copies the weights that an evaluation would use now, unless that was done and nothing has
   * changed.
   *
   * @param variant the key of other weights; empty for those of the training
   */
  CapturedWeights capture(String variant) {
    if (variant.isEmpty()) {
      return capture();
    }
    return capturedVariants.computeIfAbsent(variant, variants::capture);
  }

  /**
   * This moment, for when it is past.
   *
   * @param withWeights whether weights will be asked for
   */
  TrainingView past(boolean withWeights) {
    Map<String, CapturedWeights> kept = new LinkedHashMap<>();
    if (withWeights) {
      kept.put("", capture());
      variants.keys().forEach(key -> kept.put(key, capture(key)));
    }
    return PastTraining.of(kept, learningRates(), lastLoss(), timings);
  }

  @Override
  public WeightSnapshot weights() {
    return BlockWeights.snapshot(block, taker);
  }

  @Override
  public WeightVariants variants() {
    return variants;
  }

  @Override
  public Map<String, Double> learningRates() {
    return optimizer.learningRates();
  }

  @Override
  public OptionalDouble lastLoss() {
    return lastLoss.value();
  }

  @Override
  public UpdateTimings timings() {
    return timings;
  }

  /** The present has nothing to free. */
  @Override
  public void close() {}
}
