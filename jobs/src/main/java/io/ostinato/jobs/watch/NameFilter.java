package io.ostinato.jobs.watch;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Locale;

/** Accepts names of checkpoints: names that match the pattern and are not temporary. */
final class NameFilter {
  private static final List<String> TEMPORARY_ENDS =
      List.of(".tmp", ".temp", ".part", ".crdownload", "._copying_", ".inprogress");

  private final PathMatcher pattern;

  /**
   * Creates a filter from a glob such as {@code net-*.{pt,pth}}.
   *
   * @throws java.util.regex.PatternSyntaxException if the glob is invalid
   */
  NameFilter(String glob) {
    pattern = FileSystems.getDefault().getPathMatcher("glob:" + glob);
  }

  boolean accepts(String name) {
    return !isTemporary(name) && matches(name);
  }

  /** Whether a name is hidden ({@code .x}, {@code _x}) or has an extension of temporary files. */
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
