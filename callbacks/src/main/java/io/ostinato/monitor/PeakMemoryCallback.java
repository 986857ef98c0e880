package io.ostinato.monitor;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Kind;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Writes peak memory usage in bytes: {@code peak_memory/heap}, the peak usage of the JVM's heap,
 * garbage included, observed at the end of an update; on Linux, {@code peak_memory/host}, the peak
 * resident set size of this process; and, for a model on a GPU, {@code peak_memory/device}, the
 * peak usage of its memory by all processes, observed at the end of an update. Peaks are those of
 * the whole training, including processes before a resume.
 */
@Kind(
    name = "peak_memory",
    value = "Peak memory so far, in bytes: `peak_memory/{heap|host|device}`.")
public final class PeakMemoryCallback extends PeriodicCallback implements Stateful {
  private static final long serialVersionUID = 1;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";
  private static final String HEAP = "peak_memory/heap";
  private static final String HOST = "peak_memory/host";
  private static final String DEVICE = "peak_memory/device";
  private static final int KIBI = 1024;

  private long heapBytes;
  private long hostBytes;
  private long deviceBytes;

  /** The settings of the callback: when to write. Default: every epoch. */
  public record Config(@Inline Schedule schedule) implements Serializable {
    public static Config defaults() {
      return Defaults.of(Config.class);
    }
  }

  public PeakMemoryCallback(Config config) {
    super("peak_memory", config.schedule());
  }

  @Override
  public Set<String> writesMetrics() {
    return Set.of(HEAP, HOST, DEVICE);
  }

  @Override
  public Map<String, Direction> directions() {
    return Map.of(HEAP, Direction.NEUTRAL, HOST, Direction.NEUTRAL, DEVICE, Direction.NEUTRAL);
  }

  @Override
  public void trackAfterUpdateStep(UpdateCounter at) {
    look();
  }

  private void look() {
    heapBytes =
        Math.max(heapBytes, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    Device device = context().block().getParameters().get(0).getValue().getArray().getDevice();
    if (device.isGpu()) {
      deviceBytes = Math.max(deviceBytes, CudaUtils.getGpuMemory(device).getCommitted());
    }
  }

  @Override
  protected void periodicCallback(Invocation at) {
    look();
    writer().addScalar(HEAP, heapBytes);
    if (Files.isReadable(STATUS)) {
      hostBytes = Math.max(hostBytes, residentBytes());
      writer().addScalar(HOST, hostBytes);
    }
    if (deviceBytes > 0) {
      writer().addScalar(DEVICE, deviceBytes);
    }
  }

  @Override
  public SavedState saveState() {
    return SavedState.empty()
        .with("heap", heapBytes)
        .with("host", hostBytes)
        .with("device", deviceBytes);
  }

  @Override
  public void restoreState(SavedState state) {
    heapBytes = state.getLong("heap");
    hostBytes = state.getLong("host");
    deviceBytes = state.getLong("device");
  }

  private static long residentBytes() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(PEAK))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KIBI)
          .findFirst()
          .orElseThrow(() -> new IllegalStateException(STATUS + " has no line " + PEAK));
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + STATUS, e);
    }
  }
}
