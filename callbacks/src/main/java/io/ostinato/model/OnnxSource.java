package io.ostinato.model;

import ai.djl.Device;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An ONNX model, run by DJL's OnnxRuntime engine where that is on the class path. Architecture and
 * weights are one file here, so a snapshot is the whole file and a refresh loads it anew.
 */
public final class OnnxSource implements ModelSource {
  private static final long serialVersionUID = 1;

  OnnxSource() {}

  /** The snapshot that is this model: the content of an {@code .onnx} file. */
  public static WeightSnapshot snapshotOf(byte[] model) {
    return new OnnxFormat().snapshotOf(model);
  }

  /** The snapshot that is the model in this file. */
  public static WeightSnapshot snapshotOf(Path file) {
    return new OnnxFormat().snapshotOf(file);
  }

  /**
   * What is missing on the class path of this process to run ONNX models, and how to add it, if
   * anything is. Loads no native library.
   */
  public static Optional<String> missingEngine() {
    return OnnxFormat.missingEngine();
  }

  /**
   * Builds the architecture on a device; it can't be used before its first refresh.
   *
   * @throws IllegalStateException if the engine is not on the class path; says how to add it
   */
  @Override
  public LoadedModel build(Device device) {
    missingEngine()
        .ifPresent(
            missing -> {
              throw new IllegalStateException("can't run ONNX models: " + missing);
            });
    return new LoadedModule(new OnnxFormat(), device);
  }
}
