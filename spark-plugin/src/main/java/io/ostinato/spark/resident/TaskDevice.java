package io.ostinato.spark.resident;

import ai.djl.Device;

/**
 * A device as assigned to tasks.
 *
 * @param name such as {@code cpu()} or {@code gpu(0)}; identifies models, batches and permits
 * @param device the device on which the native engine computes; differs from the name only if GPUs
 *     are simulated
 */
public record TaskDevice(String name, Device device) {
  /** The CPU. */
  public static final TaskDevice CPU = of(Device.cpu());

  static TaskDevice of(Device device) {
    return new TaskDevice(device.toString(), device);
  }

  /** Whether it is the CPU, rather than a GPU, which may be simulated. */
  public boolean isCpu() {
    return equals(CPU);
  }

  @Override
  public String toString() {
    return name;
  }
}
