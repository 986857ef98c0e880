package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The TorchScript modules of the tests, and what PyTorch gives for their rows. */
public final class TorchModules {
  /** Rows of the probe. */
  public static final int ROWS = 64;

  private TorchModules() {}

  /** A module, as a snapshot. */
  public static WeightSnapshot module(String name) {
    return TorchScriptSource.snapshotOf(bytes(name + ".pt"));
  }

  /** The module of a resource, as a snapshot. */
  public static WeightSnapshot moduleOf(String resource) {
    return TorchScriptSource.snapshotOf(content(resource));
  }

  /** Numbers of the probe, (64, 4) in rows. */
  public static float[] probe() {
    float[] numbers = new float[ROWS * 4];
    ByteBuffer.wrap(bytes("probe.bin")).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
    return numbers;
  }

  /** Some rows of the probe, {@code (rows, 4)}. */
  static NDArray probe(NDManager manager, int from, int rows) {
    return manager.create(probe(), new Shape(ROWS, 4)).get("%d:%d".formatted(from, from + rows));
  }

  /** What PyTorch gives for the first eight rows, {@code (8, 3)} in rows. */
  public static float[] expected(String name) {
    return numbers(json("/torchscript/expected-outputs.json").getAsJsonArray(name));
  }

  /** What PyTorch or scikit-learn gives as one of the outputs for the first eight rows. */
  public static float[] expectedOutputs(String model, String output) {
    return numbers(json("/outputs/expected.json").getAsJsonObject(model).getAsJsonArray(output));
  }

  /**
   * What PyTorch gives for all rows, {@code (64, 3)} in rows: for each four of them alone, on a
   * module that was loaded for them.
   */
  public static float[] expectedOfBatches(String name) {
    return numbers(json("/outputs/expected-batches.json").getAsJsonArray(name));
  }

  private static JsonObject json(String resource) {
    return JsonParser.parseString(new String(content(resource), StandardCharsets.UTF_8))
        .getAsJsonObject();
  }

  private static float[] numbers(JsonArray rows) {
    List<Float> numbers = new ArrayList<>();
    for (JsonElement row : rows) {
      row.getAsJsonArray().forEach(number -> numbers.add(number.getAsFloat()));
    }
    float[] array = new float[numbers.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = numbers.get(i);
    }
    return array;
  }

  static byte[] bytes(String file) {
    return content("/torchscript/" + file);
  }

  /** What a resource has. */
  public static byte[] content(String resource) {
    try (InputStream in = TorchModules.class.getResourceAsStream(resource)) {
      return Objects.requireNonNull(in, resource).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
