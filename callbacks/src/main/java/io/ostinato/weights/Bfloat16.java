package io.ostinato.weights;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Creates bfloat16 arrays, with which DJL aborts the process: a TorchScript module converts float32
 * to them. To DJL, their data type is {@code UNKNOWN}. Thread-safe.
 */
final class Bfloat16 {
  private static final String MODULE = "to_bfloat16.pt";

  /** Loaded once per device, and never changed. */
  private static final Map<Device, Model> MODULES = new ConcurrentHashMap<>();

  private Bfloat16() {}

  /** Copies an array of this type to the manager's device; the manager owns the copy. */
  static NDArray copy(HostArray array, NDManager manager) {
    Model module = MODULES.computeIfAbsent(manager.getDevice(), Bfloat16::load);
    try (NDArray floats = array.widened().copyTo(manager)) {
      synchronized (module) { // DJL sets the mode of a module before it runs it
        return module
            .getBlock()
            .forward(new ParameterStore(manager, false), new NDList(floats), false)
            .singletonOrThrow();
      }
    }
  }

  private static Model load(Device device) {
    Model module = Model.newInstance(MODULE, device);
    try (InputStream content =
        Objects.requireNonNull(Bfloat16.class.getResourceAsStream(MODULE), MODULE)) {
      module.load(content);
      return module;
    } catch (IOException | MalformedModelException e) {
      throw new IllegalStateException("the module for bfloat16 can't be loaded", e);
    }
  }
}
