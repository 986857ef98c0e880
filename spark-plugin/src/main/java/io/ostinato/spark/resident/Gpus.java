package io.ostinato.spark.resident;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GPUs that a process sees.
 *
 * @param present whether the native engine can compute on GPUs
 * @param count number of GPUs; {@link #UNKNOWN} if the native engine can't tell
 * @param visible the entries of {@code CUDA_VISIBLE_DEVICES}; empty if not set
 * @param pretended whether the CPU stands in for GPUs
 */
record Gpus(boolean present, int count, List<String> visible, boolean pretended) {
  static final int UNKNOWN = -1;

  /**
   * The system property with the number of GPUs that the CPU stands in for, to try out a set-up.
   */
  static final String PRETEND = "ostinato.pretend.gpus";

  private static final Logger log = LoggerFactory.getLogger(Gpus.class);

  Gpus {
    visible = List.copyOf(visible);
  }

  static Gpus ofThisProcess() {
    List<String> visible =
        entries(Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES")).orElse(""));
    int pretended = Integer.getInteger(PRETEND, 0);
    if (pretended > 0) {
      log.warn("the CPU stands in for {} GPUs, because {} is set", pretended, PRETEND);
      return new Gpus(true, pretended, visible, true);
    }
    Engine engine = Engine.getInstance();
    int count = engine.getGpuCount();
    return new Gpus(
        engine.hasCapability(StandardCapabilities.CUDA),
        count > 0 ? count : UNKNOWN,
        visible,
        false);
  }

  static List<String> entries(String list) {
    return Arrays.stream(list.split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  /**
   * The number of GPUs, or if unknown that of CUDA's visible devices; {@link #UNKNOWN} without
   * either.
   */
  int most() {
    return count == UNKNOWN && !visible.isEmpty() ? visible.size() : count;
  }

  TaskDevice device(int ordinal) {
    Device gpu = Device.gpu(ordinal);
    return pretended ? new TaskDevice(gpu.toString(), Device.cpu()) : TaskDevice.of(gpu);
  }
}
