package io.ostinato.libraries;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;

/**
 * The memory of a device.
 *
 * @param totalBytes the size of the memory
 * @param usedBytes the part that is in use, by any process
 */
public record DeviceMemory(long totalBytes, long usedBytes) {

  /** The memory of a GPU, or of this host or container for all other devices. */
  public static DeviceMemory of(Device device) {
    if (device.isGpu()) {
      MemoryUsage gpu = CudaUtils.getGpuMemory(device);
      return new DeviceMemory(gpu.getMax(), gpu.getUsed());
    }
    OperatingSystemMXBean host = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new DeviceMemory(
        host.getTotalMemorySize(), host.getTotalMemorySize() - host.getFreeMemorySize());
  }

  /** Such as {@code 11900 of 12288 MiB are in use}. */
  @Override
  public String toString() {
    return "%s of %s MiB are in use".formatted(usedBytes >> 20, totalBytes >> 20);
  }
}
