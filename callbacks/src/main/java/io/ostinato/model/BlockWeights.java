package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.ostinato.weights.CapturedWeights;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads and writes the weights of DJL blocks, including running statistics. */
public final class BlockWeights {
  private BlockWeights() {}

  /** Copies the parameters of an initialized block, with the block's names and in its order. */
  public static WeightSnapshot snapshot(Block block) {
    return snapshot(block, new SnapshotTaker());
  }

  /** Like {@link #snapshot(Block)}, but shares unchanged weights with the taker's last snapshot. */
  public static WeightSnapshot snapshot(Block block, SnapshotTaker taker) {
    return taker.take(arraysOf(block));
  }

  /** Copies what has changed since the taker's last snapshot; see {@link SnapshotTaker#capture}. */
  public static CapturedWeights capture(
      Block block, SnapshotTaker taker, @Nullable CapturedWeights before) {
    return taker.capture(arraysOf(block), before);
  }

  /**
   * Writes a snapshot into the existing arrays of an initialized block, which keep their memory.
   *
   * @throws IllegalArgumentException if a name, shape or data type differs; in that case nothing is
   *     written
   */
  public static void restore(Block block, WeightSnapshot snapshot) {
    Map<String, NDArray> targets = arraysOf(block);
    Map<String, String> given = new HashMap<>();
    snapshot
        .arrays()
        .forEach(array -> given.put(array.name(), array.dataType() + " " + array.shape()));
    WeightsMismatch.of(given, targets)
        .ifPresent(
            mismatch -> {
              throw mismatch;
            });
    snapshot
        .arrays()
        .forEach(array -> array.writeTo(Objects.requireNonNull(targets.get(array.name()))));
  }

  private static Map<String, NDArray> arraysOf(Block block) {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    for (Pair<String, Parameter> entry : block.getParameters()) {
      arrays.put(entry.getKey(), entry.getValue().getArray());
    }
    return arrays;
  }
}
