package io.ostinato.tracking;

import io.ostinato.storage.FileNames;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The identity of a run.
 *
 * @param files the run's files
 * @param parameters the parameters with which it was started
 */
public record RunInfo(String runId, RunFiles files, Map<String, String> parameters) {
  /**
   * The pattern of a whole id, which is a folder name under the same rules as a run's file names.
   */
  public static final String ID_PATTERN = FileNames.PATTERN;

  /** The rule for ids in words, to be appended to the name of the invalid value. */
  public static final String ID_FORM =
      "may have letters, digits and . _ = -, and begin with no dot";

  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  public RunInfo {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** A run in a local folder. */
  public RunInfo(String runId, Path folder, Map<String, String> parameters) {
    this(runId, LocalRunFiles.in(folder), parameters);
  }

  /**
   * The local folder of the run's files.
   *
   * @throws IllegalStateException if they are on another file system
   */
  public Path folder() {
    return files.localFolder();
  }

  /** Generates an id for a run that starts now, in UTC, such as {@code 20261124-120000-000}. */
  public static String newId(Clock clock) {
    return ID.format(clock.instant());
  }

  /**
   * Whether an id is valid. It is the name of a folder that has to work on any file system, stay
   * within the folder of all runs, and not be hidden. Only ASCII letters are allowed.
   */
  public static boolean isId(String text) {
    return text.matches(ID_PATTERN);
  }
}
