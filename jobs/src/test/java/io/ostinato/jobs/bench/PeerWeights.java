package io.ostinato.jobs.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.storage.Safetensors;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Weights for one evaluation by all peers.
 *
 * @param file the same, as safetensors with the names of {@code network.py}
 */
record PeerWeights(WeightSnapshot snapshot, Path file) {

  /**
   * The first weights of a model: random hidden layers, and a last layer that finds the class whose
   * centre is nearest after them. No row is so close to a border between two classes that rounding
   * decides, so that all peers must find the same accuracy.
   *
   * @param centres float32 (10, 784)
   */
  static WeightSnapshot first(PeerModel model, float[] centres) {
    WeightSnapshot random = BenchNets.weights(model.block(), 1, model.batch());
    List<HostArray> layers =
        random.arrays().stream().filter(array -> !array.name().endsWith("table")).toList();
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      NDArray hidden = manager.create(centres, new Shape(10, 784));
      for (int i = 0; i < 4; i += 2) {
        NDArray weight = layers.get(i).copyTo(manager);
        NDArray bias = layers.get(i + 1).copyTo(manager);
        hidden = hidden.matMul(weight.transpose()).add(bias).maximum(0);
      }
      NDArray squares = hidden.square().sum(new int[] {1});
      float scale = 8 / squares.mean().getFloat();
      HostArray weight = HostArray.copyOf(layers.get(4).name(), hidden.mul(scale));
      HostArray bias = HostArray.copyOf(layers.get(5).name(), squares.mul(-scale / 2));
      return WeightSnapshot.of(
          random.arrays().stream()
              .map(
                  array ->
                      array.name().equals(weight.name())
                          ? weight
                          : array.name().equals(bias.name()) ? bias : array)
              .toList());
    }
  }

  /**
   * Writes the weights with this number, all of which differ from those of the other numbers.
   *
   * @param folder for the file, which replaces that of the number before the last
   */
  static PeerWeights write(WeightSnapshot first, int number, Path folder) throws IOException {
    float factor = 1 + number / 256f;
    List<HostArray> arrays = first.arrays().stream().map(array -> times(array, factor)).toList();
    Path file = folder.resolve("weights-%s.safetensors".formatted(number % 2));
    try (OutputStream out = Files.newOutputStream(file)) {
      new Safetensors(named(arrays), Map.of()).writeTo(out);
    }
    return new PeerWeights(WeightSnapshot.of(arrays), file);
  }

  private static HostArray times(HostArray array, float factor) {
    ByteBuffer in = ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out = ByteBuffer.allocate(in.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      out.putFloat(in.getFloat() * factor);
    }
    return HostArray.of(array.name(), DataType.FLOAT32, array.shape(), out.array());
  }

  /** As {@code nn.Sequential} names linear layers with an activation after each. */
  private static List<HostArray> named(List<HostArray> arrays) {
    List<HostArray> named = new ArrayList<>();
    int layer = 0;
    for (HostArray array : arrays) {
      if (array.name().endsWith("table")) {
        named.add(array.named("table"));
      } else {
        String kind = array.name().endsWith("weight") ? "weight" : "bias";
        named.add(array.named("layers.%s.%s".formatted(layer / 2 * 2, kind)));
        layer++;
      }
    }
    return named;
  }
}
