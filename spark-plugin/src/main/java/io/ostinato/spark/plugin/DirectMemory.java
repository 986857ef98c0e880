package io.ostinato.spark.plugin;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** The memory outside the heap that this JVM has for buffers. */
final class DirectMemory {
  private static final String OPTION = "MaxDirectMemorySize";

  /** Its maximum size, in bytes: that of the heap, unless it is configured. */
  static final long MOST_BYTES = mostBytes();

  private DirectMemory() {}

  private static long mostBytes() {
    try {
      long configured =
          Long.parseLong(
              ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                  .getVMOption(OPTION)
                  .getValue());
      return configured == 0 ? Runtime.getRuntime().maxMemory() : configured;
    } catch (IllegalArgumentException e) { // a JVM that has no such option
      return Runtime.getRuntime().maxMemory();
    }
  }
}
