package io.ostinato.jobs.config;

import io.ostinato.describe.FromText;
import io.ostinato.tracking.RunInfo;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The id of a run, which is the name of its folder; can't lead out of the folder of all runs. */
public final class RunId {
  private final String text;

  private RunId(String text) {
    this.text = text;
  }

  @FromText(
      value = "a name of letters, digits and . _ = -, which doesn't begin with a dot",
      pattern = "^" + RunInfo.ID_PATTERN + "$")
  static Optional<RunId> parse(String text) {
    return RunInfo.isId(text) ? Optional.of(new RunId(text)) : Optional.empty();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RunId id && id.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The id as written. */
  @Override
  public String toString() {
    return text;
  }
}
