package io.ostinato.spark.resident;

import ai.djl.Device;

/**
 * A device as tasks are given it.
 *
 * @param name as in {@code cpu()} or {@code gpu(0)}; models, batches and permits belong to a name
 * @param device where the native engine computes: the one of this name, but where GPUs are only
 *     pretended
 */
public record TaskDevice(String name, Device device) {
  /** The processor. */
  public static final TaskDevice CPU = of(Device.cpu());

  static TaskDevice of(Device device) {
    return new TaskDevice(device.toString(), device);
  }

  @Override
  public String toString() {
    return name;
  }
}
