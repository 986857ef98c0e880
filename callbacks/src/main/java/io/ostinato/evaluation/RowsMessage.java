package io.ostinato.evaluation;

import io.ostinato.progress.WorkRate;
import io.ostinato.weights.Manifest;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is shown of a running evaluation beside its rows: how fast they are evaluated, and with
 * which version of the model. Measures from its creation.
 */
public final class RowsMessage {
  private final String version;
  private final long start = System.nanoTime();

  /** Begins to measure an evaluation of these weights. */
  public RowsMessage(Manifest weights) {
    this.version = "model " + weights.version();
  }

  /** The text after this number of rows: {@code 1,250 rows/s, model 3f2a91c07d5e}. */
  public String at(long rows) {
    return text(rows, Duration.ofNanos(System.nanoTime() - start));
  }

  String text(long rows, Duration passed) {
    return Stream.of(WorkRate.of(rows, passed, "rows"), version)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(", "));
  }
}
