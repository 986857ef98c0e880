package io.ostinato.spark.resident;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** Which device a task computes on. */
public final class Devices {
  private Devices() {}

  /** The GPU that Spark gave this task, else the engine's default device. */
  public static Device ofTask(TaskContext task) {
    Map<String, ResourceInformation> resources = task.resourcesJMap();
    ResourceInformation gpu = resources.get("gpu");
    if (gpu == null || gpu.addresses().length == 0) {
      return Engine.getInstance().defaultDevice();
    }
    return ofAddress(gpu.addresses()[0]);
  }

  static Device ofAddress(String address) {
    try {
      return Device.gpu(Integer.parseInt(address.trim()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the GPU address '%s' is no index; let the discovery script print indices from 0"
              .formatted(address),
          e);
    }
  }
}
