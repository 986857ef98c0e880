package io.ostinato.report;

import com.google.gson.JsonObject;
import io.ostinato.metric.Direction;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.RunStatus;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code run.json} and {@code report.html} of a run that this process is writing.
 * Thread-safe; methods throw if a file can't be read or written.
 */
final class ReportWriter {
  private final RunFiles files;
  private final RunFiles checkpoints;
  private final MetricProperties properties;
  private final Clock clock;
  private @Nullable RunFacts facts;
  private boolean isAdded;

  ReportWriter(RunFiles files, RunFiles checkpoints, MetricProperties properties, Clock clock) {
    this.files = files;
    this.checkpoints = checkpoints;
    this.properties = properties;
    this.clock = clock;
  }

  synchronized void start(RunFacts starting) {
    facts = starting.startedAt(now());
    isAdded = false;
    facts.write(files);
  }

  synchronized void resume(RunFacts resuming) {
    Instant now = now();
    RunFacts starting = resuming.startedAt(now);
    facts = starting; // in case that what is there can't be read
    isAdded = false;
    facts = RunFacts.read(files).map(before -> resuming.resuming(before, now)).orElse(starting);
    facts.write(files);
  }

  synchronized void add(RunFacts adding) {
    Optional<RunFacts> before = RunFacts.read(files);
    isAdded = before.isPresent();
    RunFacts known = before.orElse(adding.startedAt(now()));
    facts = known;
    if (!isAdded) {
      known.write(files);
    }
  }

  synchronized void update() {
    write(true);
  }

  synchronized void end(RunStatus status, String reason) {
    if (facts != null && !isAdded) {
      facts = facts.ended(status, reason, now());
    }
    write(false);
  }

  private void write(boolean isRunning) {
    RunFacts own = facts;
    if (own == null) {
      return; // it has not started
    }
    RunFacts before = isAdded ? RunFacts.read(files).orElse(own) : own;
    facts = before;
    JsonObject run =
        RunData.of(files, checkpoints, Optional.of(before), this::direction, isRunning);
    RunFacts now = before.withDirections(RunData.directions(run));
    if (!isRunning || !now.equals(before)) {
      now.write(files);
      facts = now;
    }
    new ReportPage().add(run).write(files, ReportPage.NAME, clock.instant());
  }

  private Direction direction(String key) {
    return properties
        .direction(key)
        .or(() -> Optional.ofNullable(facts).flatMap(known -> known.direction(key)))
        .orElse(Direction.NEUTRAL);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
