package io.ostinato.evaluation;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A TorchScript module. Architecture and weights are one file here, so a snapshot is the whole
 * module and a refresh loads it anew: parameters alone would leave the buffers (BatchNorm's running
 * statistics) behind.
 */
public final class TorchScriptSource implements ModelSource {
  private static final long serialVersionUID = 1;
  static final String MODULE = "module.pt";

  TorchScriptSource() {}

  /** The snapshot that is this module: the content of a {@code .pt} file. */
  public static WeightSnapshot snapshotOf(byte[] module) {
    return WeightSnapshot.of(
        List.of(HostArray.of(MODULE, DataType.UINT8, new Shape(module.length), module)));
  }

  /** The snapshot that is the module in this file. */
  public static WeightSnapshot snapshotOf(Path file) {
    try {
      return snapshotOf(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the TorchScript module '%s'".formatted(file), e);
    }
  }

  @Override
  public LoadedModel build(Device device) {
    return new LoadedTorchScript(device);
  }
}
