package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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
    JsonArray rows =
        JsonParser.parseString(new String(bytes("expected-outputs.json"), StandardCharsets.UTF_8))
            .getAsJsonObject()
            .getAsJsonArray(name);
    float[] numbers = new float[rows.size() * 3];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = rows.get(i / 3).getAsJsonArray().get(i % 3).getAsFloat();
    }
    return numbers;
  }

  static byte[] bytes(String file) {
    try (InputStream in = TorchModules.class.getResourceAsStream("/torchscript/" + file)) {
      return Objects.requireNonNull(in, file).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
