package io.ostinato.model;

import ai.djl.Device;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An ONNX model, run by DJL's OnnxRuntime engine if that is on the class path. Architecture and
 * weights are in one file, so a snapshot is the whole file and a refresh reloads it.
 */
public final class OnnxSource implements ModelSource {
  private static final long serialVersionUID = 1;

  OnnxSource() {}

  /** Creates a snapshot from the content of an {@code .onnx} file. */
  public static WeightSnapshot snapshotOf(byte[] model) {
    return new OnnxFormat().snapshotOf(model);
  }

  /** Creates a snapshot from an {@code .onnx} file. */
  public static WeightSnapshot snapshotOf(Path file) {
    return new OnnxFormat().snapshotOf(file);
  }

  /**
   * What is missing on the class path of this process to run ONNX models, and how to add it; empty
   * if nothing is. Loads no native library.
   */
  public static Optional<String> missingEngine() {
    return OnnxFormat.missingEngine();
  }

  @Override
  public boolean isRefreshedInPlace() {
    return false;
  }

  /**
   * Builds the model on a device; it can't be used before its first refresh.
   *
   * @throws IllegalStateException if the engine is not on the class path; the message says how to
   *     add it
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
