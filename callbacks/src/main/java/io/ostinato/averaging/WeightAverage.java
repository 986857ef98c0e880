package io.ostinato.averaging;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.ostinato.storage.SavedState;
import io.ostinato.weights.CapturedWeights;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** One average of a block's trained parameters, on the device of the parameters. */
final class WeightAverage implements AutoCloseable {
  private final double factor;
  private final Block block;
  private final NDManager manager;
  private final Map<String, NDArray> averages = new LinkedHashMap<>();
  private final SnapshotTaker taker = new SnapshotTaker();

  /** Creates an average that starts with the current weights. */
  WeightAverage(double factor, Block block) {
    this.factor = factor;
    this.block = block;
    this.manager = block.getParameters().get(0).getValue().getArray().getManager().newSubManager();
    for (Pair<String, Parameter> entry : block.getParameters()) {
      if (entry.getValue().requiresGradient()) {
        try (NDArray weights = entry.getValue().getArray().stopGradient()) {
          NDArray average = weights.duplicate();
          average.attach(manager);
          averages.put(entry.getKey(), average);
        }
      }
    }
  }

  /** Resets the average to the current weights. */
  void begin() {
    for (Pair<String, Parameter> entry : block.getParameters()) {
      NDArray average = averages.get(entry.getKey());
      if (average != null) {
        try (NDArray weights = entry.getValue().getArray().stopGradient()) {
          weights.copyTo(average);
        }
      }
    }
  }

  /** Adds the current weights to the average. */
  void update() {
    for (Pair<String, Parameter> entry : block.getParameters()) {
      NDArray average = averages.get(entry.getKey());
      if (average != null) {
        try (NDArray weights = entry.getValue().getArray().stopGradient();
            NDArray share = weights.mul(1 - factor)) {
          average.muli(factor);
          average.addi(share);
        }
      }
    }
  }

  /** The averages, and the current values of parameters that aren't averaged, on the host. */
  WeightSnapshot snapshot() {
    return taker.take(arrays());
  }

  /** Like {@link #snapshot}, but only copied yet. */
  CapturedWeights capture() {
    return taker.capture(arrays(), null);
  }

  private Map<String, NDArray> arrays() {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    for (Pair<String, Parameter> entry : block.getParameters()) {
      NDArray current = entry.getValue().getArray();
      arrays.put(entry.getKey(), averages.getOrDefault(entry.getKey(), current));
    }
    return arrays;
  }

  List<HostArray> save() {
    List<HostArray> arrays = new ArrayList<>();
    averages.forEach((name, average) -> arrays.add(HostArray.copyOf(key(name), average)));
    return arrays;
  }

  /** Whether a state contains this average for all parameters. */
  boolean isIn(SavedState state) {
    Set<String> names = state.arrays().stream().map(HostArray::name).collect(Collectors.toSet());
    return averages.keySet().stream().map(this::key).allMatch(names::contains);
  }

  void restore(SavedState state) {
    averages.forEach(
        (name, average) -> {
          try (NDArray saved = state.getArray(key(name)).copyTo(manager)) {
            saved.copyTo(average);
          }
        });
  }

  @Override
  public void close() {
    manager.close();
  }

  private String key(String name) {
    return factor + "/" + name;
  }
}
