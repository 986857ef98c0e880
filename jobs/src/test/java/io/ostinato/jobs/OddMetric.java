package io.ostinato.jobs;

import io.ostinato.metric.MeanState;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** The accuracy, of which one batch hangs, or whose result is NaN. */
public final class OddMetric implements Metric<MeanState> {
  private static final long serialVersionUID = 1;
  private final Metric<MeanState> accuracy = Metrics.accuracy();
  private final String file;

  /**
   * A metric with the option {@code file}: the first batch that creates this file hangs until there
   * is a second one, {@link #letGo}. Without it, the result is NaN.
   */
  public OddMetric(Map<String, Object> options) {
    this.file = String.valueOf(options.getOrDefault("file", ""));
  }

  /** As a configuration and a command line write it. */
  public static String hanging(Path file) {
    return "{kind: %s, options: {file: %s}}".formatted(OddMetric.class.getName(), file);
  }

  /** As a configuration and a command line write it. */
  public static String nan() {
    return OddMetric.class.getName();
  }

  /** Lets the batch go that hangs. */
  public static void letGo(Path file) throws IOException {
    Files.createFile(goesOn(file));
  }

  private static Path goesOn(Path file) {
    return file.resolveSibling(file.getFileName() + ".go");
  }

  @Override
  public String name() {
    return "odd";
  }

  @Override
  public MeanState zero() {
    return accuracy.zero();
  }

  @Override
  public MeanState update(MeanState state, MetricBatch batch) {
    if (!file.isEmpty() && isFirst()) {
      while (!Files.exists(goesOn(Path.of(file)))) {
        LockSupport.parkNanos(1_000_000);
        Thread.interrupted(); // as native code, which doesn't know of interrupts
      }
    }
    return accuracy.update(state, batch);
  }

  private boolean isFirst() {
    try {
      Files.createFile(Path.of(file));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public MeanState merge(MeanState left, MeanState right) {
    return accuracy.merge(left, right);
  }

  @Override
  public double result(MeanState state) {
    return file.isEmpty() ? Double.NaN : accuracy.result(state);
  }
}
