package io.ostinato.jobs.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples how busy the GPU is, by NVIDIA's {@code nvidia-smi}: the percentage of its last sampling
 * period during which a kernel was running.
 */
final class GpuSmi implements AutoCloseable {
  private static final String EVERY_MILLIS = "50";

  private final List<Integer> percents = new ArrayList<>();
  private final Process process;
  private final Thread reader;

  GpuSmi() throws IOException {
    process =
        new ProcessBuilder(
                "nvidia-smi",
                "--query-gpu=utilization.gpu",
                "--format=csv,noheader,nounits",
                "-lms",
                EVERY_MILLIS)
            .redirectErrorStream(true)
            .start();
    reader = new Thread(this::read, "nvidia-smi");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      lines.lines().map(String::trim).map(Integer::valueOf).forEach(this::add);
    } catch (UncheckedIOException | IOException e) {
      // The process was ended in the middle of a line.
      return;
    }
  }

  private synchronized void add(int percent) {
    percents.add(percent);
  }

  /** Forgets all samples so far. */
  synchronized void begin() {
    percents.clear();
  }

  /** The mean of the samples since the beginning, in percent. */
  synchronized double mean() {
    return percents.stream()
        .mapToInt(Integer::intValue)
        .average()
        .orElseThrow(() -> new IllegalStateException("nvidia-smi has printed nothing"));
  }

  @Override
  public void close() {
    process.destroy();
  }
}
