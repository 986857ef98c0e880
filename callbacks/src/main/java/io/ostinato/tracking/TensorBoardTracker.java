package io.ostinato.tracking;

import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes event files for TensorBoard. The step of a value is the number of updates by default;
 * values are stored as float32. Images and histograms are supported. A resumed run adds a file,
 * which TensorBoard shows as a continuation.
 */
public final class TensorBoardTracker implements Tracker {
  private static final double MILLIS_PER_SECOND = 1e3;

  private final @Nullable Path folder;
  private final ToLongFunction<TrainingIteration> step;
  private final Clock clock;
  private @Nullable OutputStream out;

  private TensorBoardTracker(
      @Nullable Path folder, ToLongFunction<TrainingIteration> step, Clock clock) {
    this.folder = folder;
    this.step = step;
    this.clock = clock;
  }

  /** Writes to {@code tensorboard} in the run's folder, which has to be local. */
  public static TensorBoardTracker inRunFolder() {
    return new TensorBoardTracker(null, TrainingIteration::update, Clock.systemUTC());
  }

  /** Writes to a folder that only one run uses. */
  public static TensorBoardTracker in(Path folder) {
    return in(folder, TrainingIteration::update);
  }

  /**
   * Writes to a folder that only one run uses, with another step, such as {@code
   * TrainingIteration::sample}.
   */
  public static TensorBoardTracker in(Path folder, ToLongFunction<TrainingIteration> step) {
    return new TensorBoardTracker(folder, step, Clock.systemUTC());
  }

  @Override
  public List<Mistake> mistakes(RunInfo run) {
    return folder == null && run.files().local().isEmpty()
        ? List.of(
            Mistake.of(
                Subject.setting("trackers"),
                "event files for TensorBoard are written on this machine, and the run is in '%s'"
                    .formatted(run.files().location()),
                "give the tracker a local folder, as in TensorBoardTracker.in(folder)"))
        : List.of();
  }

  @Override
  public void start(RunInfo run) {
    Path into = folder == null ? run.folder().resolve("tensorboard") : folder;
    Instant now = clock.instant();
    try {
      Files.createDirectories(into);
      OutputStream file = create(into, now);
      out = file;
      TensorBoardEvents.writeVersion(file, seconds(now));
      file.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "can't write event files to '%s': %s".formatted(into, StorageException.reasonOf(e)), e);
    }
  }

  @Override
  public void log(MetricsRecord record) {
    write(
        file -> {
          for (Map.Entry<String, Double> metric : record.metrics().entrySet()) {
            TensorBoardEvents.writeScalar(
                file,
                seconds(record.time()),
                step.applyAsLong(record.iteration()),
                metric.getKey(),
                metric.getValue().floatValue());
          }
        });
  }

  @Override
  public void logImage(TrainingIteration at, Instant time, String key, Picture picture) {
    write(
        file ->
            TensorBoardEvents.writeImage(file, seconds(time), step.applyAsLong(at), key, picture));
  }

  @Override
  public void logHistogram(TrainingIteration at, Instant time, String key, Histogram histogram) {
    write(
        file ->
            TensorBoardEvents.writeHistogram(
                file, seconds(time), step.applyAsLong(at), key, histogram));
  }

  /** Writes events. */
  private interface Events {
    void to(OutputStream file) throws IOException;
  }

  private void write(Events events) {
    OutputStream file = out;
    if (file == null) {
      throw new IllegalStateException("this tracker is not started");
    }
    try {
      events.to(file);
      file.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("can't write an event: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    OutputStream file = out;
    out = null;
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException("can't close an event file: " + e.getMessage(), e);
      }
    }
  }

  /** Creates a new file; TensorBoard reads the files of a folder in the order of their names. */
  private static OutputStream create(Path folder, Instant now) throws IOException {
    for (int n = 0; ; n++) {
      Path file =
          folder.resolve(
              String.format(
                  Locale.ROOT,
                  "events.out.tfevents.%010d.%s.%s.%s",
                  now.getEpochSecond(),
                  host(),
                  ProcessHandle.current().pid(),
                  n));
      if (!Files.exists(file)) {
        return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
      }
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      return "localhost";
    }
  }

  private static double seconds(Instant time) {
    return time.toEpochMilli() / MILLIS_PER_SECOND;
  }
}
