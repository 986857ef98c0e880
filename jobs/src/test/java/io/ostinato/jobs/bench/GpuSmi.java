package io.ostinato.jobs.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Samples how busy the first GPU is, by NVIDIA's {@code nvidia-smi}: the percentage of its last
 * sampling period during which a kernel was running. What isn't a number is left out.
 */
final class GpuSmi implements AutoCloseable {
  private static final List<String> COMMAND =
      List.of(
          "nvidia-smi", "-i", "0", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits");

  private final List<Integer> percents = new ArrayList<>();
  private final Thread reader = new Thread(this::sample, "nvidia-smi");
  private volatile boolean isOver;

  GpuSmi() {
    reader.setDaemon(true);
    reader.start();
  }

  /** A process for each sample: one that repeats them may keep its output back. */
  private void sample() {
    while (!isOver) {
      try {
        Process process = new ProcessBuilder(COMMAND).redirectErrorStream(true).start();
        String line =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        if (line.matches("\\d+")) {
          add(Integer.parseInt(line));
        }
      } catch (IOException e) {
        System.out.println("nvidia-smi can't be run: " + e.getMessage());
        return;
      }
    }
  }

  private synchronized void add(int percent) {
    percents.add(percent);
  }

  /** Forgets all samples so far. */
  synchronized void begin() {
    percents.clear();
  }

  /** The mean of the samples since the beginning, in percent; empty if there are none. */
  synchronized OptionalDouble mean() {
    return percents.stream().mapToInt(Integer::intValue).average();
  }

  @Override
  public void close() {
    isOver = true;
  }
}
