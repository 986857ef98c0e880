package io.ostinato.spark.resident;

import ai.djl.engine.Engine;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;

/** Which device a task computes on. Thread-safe. */
public final class Devices {
  private static final String GPU = "gpu";

  private final Supplier<Gpus> see;
  private List<String> executors = List.of();
  private @Nullable Gpus seen;

  /**
   * The devices of a process.
   *
   * @param see looks at the GPUs, with the native engine; asked once
   */
  Devices(Supplier<Gpus> see) {
    this.see = see;
  }

  /**
   * The executor's GPUs, by their addresses; looks at each.
   *
   * @return as in {@code 2 -> gpu(0)}; none where the executor has no GPUs
   * @throws IllegalStateException if the native engine has no CUDA
   * @throws IllegalArgumentException if an address is none of a GPU that the process sees
   */
  public List<String> ofExecutor(@Nullable ResourceInformation gpu) {
    List<String> addresses = gpu == null ? List.of() : List.of(gpu.addresses());
    synchronized (this) {
      executors = addresses;
    }
    return addresses.stream().map(address -> address + " -> " + ofAddress(address)).toList();
  }

  /**
   * The GPU that Spark gave this task, else the engine's default device.
   *
   * @throws IllegalStateException if the native engine has no CUDA
   * @throws IllegalArgumentException if the address is none of a GPU that the process sees
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
          "Spark gave this executor the GPU '%s', but its native engine sees no CUDA device (%s);"
                  .formatted(address, engine())
              + " put the CUDA flavour of the natives on the executors' class path instead of the"
              + " CPU's and check the driver with nvidia-smi (docs/gpu.md), or ask for no GPUs");
    }
    return gpus.device(new GpuAddresses(gpus, executors).ordinalOf(address));
  }

  private static String engine() {
    return Engine.getInstance().toString().replaceAll("\\s+", " ");
  }
}
