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
 * Which run this is.
 *
 * @param files those of the run
 * @param parameters what it was started with
 */
public record RunInfo(String runId, RunFiles files, Map<String, String> parameters) {
  /** What the whole of an id matches, which names a folder as others name files of a run. */
  public static final String ID_PATTERN = FileNames.PATTERN;

  /** The same in words, behind the name of what is to be one. */
  public static final String ID_FORM =
      "may have letters, digits and . _ = -, and begin with no dot";

  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  public RunInfo {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** A run in a folder of this machine. */
  public RunInfo(String runId, Path folder, Map<String, String> parameters) {
    this(runId, LocalRunFiles.in(folder), parameters);
  }

  /**
   * Where its files are on this machine.
   *
   * @throws IllegalStateException if they are on another file system
   */
  public Path folder() {
    return files.localFolder();
  }

  /** An id for a run that begins now, in UTC: {@code 20261124-120000-000}. */
  public static String newId(Clock clock) {
    return ID.format(clock.instant());
  }

  /**
   * Whether a run can have this id, which is the name of a folder: on any file system, within the
   * folder of all runs, and not hidden. Letters are those of ASCII.
   */
  public static boolean isId(String text) {
    return text.matches(ID_PATTERN);
  }
}
