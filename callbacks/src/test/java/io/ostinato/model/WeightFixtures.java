package io.ostinato.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.OfferedArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/** A module of 9 MB, most of it a backbone, and weights for it. */
public final class WeightFixtures {
  private static final Map<String, Shape> SHAPES = new LinkedHashMap<>();

  static {
    SHAPES.put("1.weight", new Shape(512, 25));
    SHAPES.put("1.bias", new Shape(512));
    SHAPES.put("3.weight", new Shape(2048, 512));
    SHAPES.put("3.bias", new Shape(2048));
    SHAPES.put("5.weight", new Shape(512, 2048));
    SHAPES.put("5.bias", new Shape(512));
    SHAPES.put("7.weight", new Shape(3, 512));
    SHAPES.put("7.bias", new Shape(3));
  }

  private WeightFixtures() {}

  /** The module, {@code float32 (N, 1, 5, 5)} to {@code (N, 3)}, with zeros as weights. */
  public static byte[] backbone() {
    byte[] packed = TorchModules.content("/weights/backbone.pt.gz");
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Random weights for the module. */
  public static List<HostArray> backboneWeights(int seed) {
    Random random = new Random(seed);
    List<HostArray> weights = new ArrayList<>();
    SHAPES.forEach((name, shape) -> weights.add(random(name, shape, random)));
    return weights;
  }

  /** The same weights with another head, the last layer. */
  public static List<HostArray> withOtherHead(List<HostArray> weights, int seed) {
    Random random = new Random(seed);
    return weights.stream()
        .map(
            array ->
                array.name().startsWith("7.") ? random(array.name(), array.shape(), random) : array)
        .toList();
  }

  /** The snapshot of a module with these weights. */
  public static WeightSnapshot filled(ModuleTemplate net, List<HostArray> weights) {
    return net.with(OfferedArray.of(weights)).weights();
  }

  /** The module's file with random weights. */
  static byte[] filledModule(int seed) {
    TorchTemplate net = TorchTemplate.of(backbone());
    Map<String, HostArray> weights = new LinkedHashMap<>();
    backboneWeights(seed).forEach(array -> weights.put(array.name(), array));
    return net.with(weights);
  }

  /** The archive with another name of its folder, of the same length. */
  static byte[] renamed(byte[] archive) {
    String text = new String(archive, StandardCharsets.ISO_8859_1);
    return text.replace("archive/", "renamed/").getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] small() {
    return TorchModules.content("/weights/net.pt");
  }

  private static HostArray random(String name, Shape shape, Random random) {
    ByteBuffer bytes =
        ByteBuffer.allocate((int) HostArray.sizeBytes(DataType.FLOAT32, shape))
            .order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putFloat((float) random.nextGaussian() / 8);
    }
    return HostArray.of(name, DataType.FLOAT32, shape, bytes.array());
  }
}
