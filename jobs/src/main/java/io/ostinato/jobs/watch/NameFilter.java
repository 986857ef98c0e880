package io.ostinato.jobs.watch;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Locale;

/** Which names are those of checkpoints: what matches the pattern, and is not being written. */
final class NameFilter {
  private static final List<String> TEMPORARY_ENDS =
      List.of(".tmp", ".temp", ".part", ".crdownload", "._copying_", ".inprogress");

  private final PathMatcher pattern;

  /**
   * A filter by a glob, as in {@code net-*.{pt,pth}}.
   *
   * @throws java.util.regex.PatternSyntaxException if it is none
   */
  NameFilter(String glob) {
    pattern = FileSystems.getDefault().getPathMatcher("glob:" + glob);
  }

  boolean accepts(String name) {
    return !isTemporary(name) && matches(name);
  }

  /** Hidden ({@code .x}, {@code _x}), or with an end that programs give what they are writing. */
  private static boolean isTemporary(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return name.startsWith(".")
        || name.startsWith("_")
        || TEMPORARY_ENDS.stream().anyMatch(lower::endsWith);
  }

  private boolean matches(String name) {
    try {
      return pattern.matches(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
