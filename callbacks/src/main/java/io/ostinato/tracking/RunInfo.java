package io.ostinato.tracking;

import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Which run this is.
 *
 * @param folder where its files are
 * @param parameters what it was started with
 */
public record RunInfo(String runId, Path folder, Map<String, String> parameters) {
  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  public RunInfo {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** An id for a run that begins now, in UTC: {@code 20261124-120000-000}. */
  public static String newId(Clock clock) {
    return ID.format(clock.instant());
  }
}
