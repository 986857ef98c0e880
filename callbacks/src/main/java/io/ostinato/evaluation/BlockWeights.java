package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Weights out of a DJL block and into one, running statistics included. */
public final class BlockWeights {
  private BlockWeights() {}

  /** Copies the parameters of an initialized block, in the block's order and under its names. */
  public static WeightSnapshot snapshot(Block block) {
    List<HostArray> arrays = new ArrayList<>();
    for (Pair<String, Parameter> entry : block.getParameters()) {
      arrays.add(HostArray.copyOf(entry.getKey(), entry.getValue().getArray()));
    }
    return WeightSnapshot.of(arrays);
  }

  /**
   * Writes a snapshot into the arrays that an initialized block already has.
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
      writes.add(() -> target.set(array.buffer()));
    }
    if (!arrays.isEmpty()) {
      throw new IllegalArgumentException(
          "the snapshot has weights that the model lacks: %s; does the factory always build the"
                  .formatted(arrays.keySet())
              + " same architecture?");
    }
    writes.forEach(Runnable::run);
  }

  private static HostArray match(Pair<String, Parameter> entry, @Nullable HostArray array) {
    NDArray target = entry.getValue().getArray();
    if (array == null) {
      throw new IllegalArgumentException(
          "the snapshot lacks the weight '%s' (%s %s) of the model; does the factory always build"
                  .formatted(entry.getKey(), target.getDataType(), target.getShape())
              + " the same architecture?");
    }
    if (!array.shape().equals(target.getShape()) || array.dataType() != target.getDataType()) {
      throw new IllegalArgumentException(
          "weight '%s' is %s %s in the snapshot but %s %s in the model"
              .formatted(
                  entry.getKey(),
                  array.dataType(),
                  array.shape(),
                  target.getDataType(),
                  target.getShape()));
    }
    return array;
  }
}
