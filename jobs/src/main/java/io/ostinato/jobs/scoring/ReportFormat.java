package io.ostinato.jobs.scoring;

import java.util.Locale;

/** The output formats of metrics on the console. */
public enum ReportFormat {
  TABLE,
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
