package io.ostinato.jobs.scoring;

import java.util.Locale;

/** How a command prints metrics. */
public enum ReportFormat {
  TABLE,
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
