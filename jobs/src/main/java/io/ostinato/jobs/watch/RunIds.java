package io.ostinato.jobs.watch;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/** Derives ids of runs from watched folders. */
final class RunIds {
  private static final int DIGITS = 8;

  private RunIds() {}

  /** The folder's name, plus digits that distinguish folders of the same name; deterministic. */
  static String of(String folder) {
    String name = folder.replaceAll("/+$", "");
    String last = name.substring(name.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9_=-]", "_");
    String digits =
        UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
            .toString()
            .substring(0, DIGITS);
    return (last.isEmpty() ? "root" : last) + "-" + digits.toLowerCase(Locale.ROOT);
  }
}
