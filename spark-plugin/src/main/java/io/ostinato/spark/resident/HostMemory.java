package io.ostinato.spark.resident;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory of the host, or of the container if it has a limit.
 *
 * @param totalBytes as the JVM sees it
 * @param freeBytes as the JVM sees it: outside a container, without the page cache
 * @param meminfo the lines of Linux's {@code /proc/meminfo}, which describes the host; empty if
 *     there is none
 */
record HostMemory(long totalBytes, long freeBytes, List<String> meminfo) {
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final Supplier<OptionalLong> AVAILABLE =
      onceASecond(HostMemory::availableBytesNow, System::nanoTime);

  /**
   * Memory that is neither in use nor promised to this JVM's heap, in bytes, as it was within the
   * last second; empty if unknown.
   */
  static OptionalLong availableBytes() {
    return AVAILABLE.get();
  }

  /** Asks once a second at most, since each answer costs reading files. */
  static Supplier<OptionalLong> onceASecond(Supplier<OptionalLong> source, LongSupplier nanos) {
    record Figure(long time, OptionalLong bytes) {}
    AtomicReference<@Nullable Figure> last = new AtomicReference<>();
    return () -> {
      long now = nanos.getAsLong();
      Figure known = last.get();
      if (known == null || now - known.time() >= TimeUnit.SECONDS.toNanos(1)) {
        known = new Figure(now, source.get());
        last.set(known);
      }
      return known.bytes();
    };
  }

  private static OptionalLong availableBytesNow() {
    Runtime jvm = Runtime.getRuntime();
    long heap = jvm.maxMemory() - jvm.totalMemory();
    OptionalLong available = now().available();
    return available.isEmpty() || available.getAsLong() <= heap
        ? OptionalLong.empty()
        : OptionalLong.of(available.getAsLong() - heap);
  }

  static HostMemory now() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? new HostMemory(system.getTotalMemorySize(), system.getFreeMemorySize(), meminfoNow())
        : new HostMemory(0, 0, List.of());
  }

  private static List<String> meminfoNow() {
    try {
      return Files.exists(MEMINFO) ? Files.readAllLines(MEMINFO) : List.of();
    } catch (IOException e) { // the smaller figure of the JVM remains
      return List.of();
    }
  }

  /**
   * What processes can still get, in bytes: of a container its free memory, of a host also what the
   * page cache would give back.
   */
  OptionalLong available() {
    OptionalLong ofHost = meminfo("MemAvailable:");
    OptionalLong hostTotal = meminfo("MemTotal:");
    long available = freeBytes;
    if (ofHost.isPresent() && hostTotal.isPresent()) {
      boolean isLimited = totalBytes < hostTotal.getAsLong();
      available = isLimited ? Math.min(freeBytes, ofHost.getAsLong()) : ofHost.getAsLong();
    }
    return available > 0 ? OptionalLong.of(available) : OptionalLong.empty();
  }

  private OptionalLong meminfo(String name) {
    return meminfo.stream()
        .map(line -> line.trim().split("\\s+"))
        .filter(words -> words.length > 1 && words[0].equals(name) && words[1].matches("\\d{1,15}"))
        .mapToLong(words -> Long.parseLong(words[1]) << 10)
        .findFirst();
  }
}
