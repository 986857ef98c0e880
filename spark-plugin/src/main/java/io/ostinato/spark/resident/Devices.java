package io.ostinato.spark.resident;

import ai.djl.engine.Engine;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;

/** Assigns devices to tasks. Thread-safe. */
public final class Devices {
  private static final String GPU = "gpu";

  private final Supplier<Gpus> see;
  private List<String> executors = List.of();
  private @Nullable Gpus seen;

  /**
   * Creates the devices of a process.
   *
   * @param see detects the GPUs with the native engine; called once, when they are first needed
   */
  Devices(Supplier<Gpus> see) {
    this.see = see;
  }

  /**
   * Sets the GPUs of the executor and returns the device of each address.
   *
   * @param gpu the executor's GPUs; null if it has none
   * @return entries such as {@code 2 -> gpu(0)}; empty if the executor has no GPUs
   * @throws IllegalStateException if the native engine has no CUDA
   * @throws IllegalArgumentException if an address is not one of a GPU that the process sees
   */
  public List<String> ofExecutor(@Nullable ResourceInformation gpu) {
    List<String> addresses = gpu == null ? List.of() : List.of(gpu.addresses());
    synchronized (this) {
      executors = addresses;
    }
    return addresses.stream().map(address -> address + " -> " + ofAddress(address)).toList();
  }

  /**
   * Returns the GPU that Spark assigned to a task, or the engine's default device if it has none.
   *
   * @throws IllegalStateException if the native engine has no CUDA
   * @throws IllegalArgumentException if the address is not one of a GPU that the process sees
   */
  public TaskDevice ofTask(TaskContext task) {
    ResourceInformation gpu = task.resourcesJMap().get(GPU);
    if (gpu == null || gpu.addresses().length == 0) {
      return TaskDevice.of(Engine.getInstance().defaultDevice());
    }
    return ofAddress(gpu.addresses()[0]);
  }

  synchronized TaskDevice ofAddress(String address) {
    Gpus gpus = seen;
    if (gpus == null) {
      gpus = see.get();
      seen = gpus;
    }
    if (!gpus.present()) {
      throw new IllegalStateException(
          "Spark assigned the GPU '%s' to this executor, but its native engine sees no CUDA device"
                  .formatted(address)
              + " (%s); put the CUDA natives on the executors' class path instead of the CPU natives"
                  .formatted(engine())
              + " and check the driver with nvidia-smi (docs/gpu.md), or request no GPUs");
    }
    return gpus.device(new GpuAddresses(gpus, executors).ordinalOf(address));
  }

  private static String engine() {
    return Engine.getInstance().toString().replaceAll("\\s+", " ");
  }
}
