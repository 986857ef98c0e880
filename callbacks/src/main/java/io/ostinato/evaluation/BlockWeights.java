package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Weights out of a DJL block and into one, running statistics included. */
public final class BlockWeights {
  private BlockWeights() {}

  /** Copies the parameters of an initialized block, in the block's order and under its names. */
  public static WeightSnapshot snapshot(Block block) {
    return snapshot(block, new SnapshotTaker());
  }

  /** The same, where one snapshot follows another: what didn't change is shared with the last. */
  public static WeightSnapshot snapshot(Block block, SnapshotTaker taker) {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    for (Pair<String, Parameter> entry : block.getParameters()) {
      arrays.put(entry.getKey(), entry.getValue().getArray());
    }
    return taker.take(arrays);
  }

  /**
   * Writes a snapshot into the arrays that an initialized block already has; they keep their
   * memory.
   *
   * @throws IllegalArgumentException if a name, shape or data type differs; nothing is written then
   */
  public static void restore(Block block, WeightSnapshot snapshot) {
    Map<String, HostArray> arrays = new HashMap<>();
    snapshot.arrays().forEach(array -> arrays.put(array.name(), array));
    List<Runnable> writes = new ArrayList<>();
    for (Pair<String, Parameter> entry : block.getParameters()) {
      NDArray target = entry.getValue().getArray();
      HostArray array = match(entry, arrays.remove(entry.getKey()));
      writes.add(() -> array.writeTo(target));
    }
    if (!arrays.isEmpty()) {
      throw lacks(arrays.keySet().toString());
    }
    writes.forEach(Runnable::run);
  }

  static IllegalArgumentException lacks(String names) {
    return new IllegalArgumentException(
        "the snapshot has weights that the model lacks: %s; does the factory always build the same"
                .formatted(names)
            + " architecture?");
  }

  static IllegalArgumentException missing(String name, NDArray target) {
    return new IllegalArgumentException(
        "the snapshot lacks the weight '%s' (%s %s) of the model; does the factory always build"
                .formatted(name, target.getDataType(), target.getShape())
            + " the same architecture?");
  }

  static IllegalArgumentException differs(String name, Object given, NDArray target) {
    return new IllegalArgumentException(
        "weight '%s' is %s in the snapshot but %s %s in the model"
            .formatted(name, given, target.getDataType(), target.getShape()));
  }

  private static HostArray match(Pair<String, Parameter> entry, @Nullable HostArray array) {
    NDArray target = entry.getValue().getArray();
    if (array == null) {
      throw missing(entry.getKey(), target);
    }
    if (!array.shape().equals(target.getShape()) || array.dataType() != target.getDataType()) {
      throw differs(entry.getKey(), array.dataType() + " " + array.shape(), target);
    }
    return array;
  }
}
