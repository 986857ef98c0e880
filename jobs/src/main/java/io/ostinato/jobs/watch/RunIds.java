package io.ostinato.jobs.watch;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/** Names of runs. */
final class RunIds {
  private static final int DIGITS = 8;

  private RunIds() {}

  /** The same for the same folder: its name, and digits that tell folders of one name apart. */
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
