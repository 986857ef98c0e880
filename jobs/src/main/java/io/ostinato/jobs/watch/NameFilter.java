package io.ostinato.jobs.watch;

import io.ostinato.text.Glob;
import java.nio.file.FileSystems;
import java.util.List;
import java.util.Locale;

/** Accepts names of checkpoints: names that match the pattern and are not temporary. */
final class NameFilter {
  private static final List<String> TEMPORARY_ENDS =
      List.of(".tmp", ".temp", ".part", ".crdownload", "._copying_", ".inprogress");

  private final Glob pattern;

  /**
   * Creates a filter from a glob such as {@code net-*.{pt,pth}}.
   *
   * @throws java.util.regex.PatternSyntaxException if the glob is invalid
   */
  NameFilter(String glob) {
    FileSystems.getDefault().getPathMatcher("glob:" + glob); // rejects invalid globs
    pattern = Glob.ofFileNames(glob);
  }

  /** Whether a name is accepted; weights in a subfolder by the name of the subfolder. */
  boolean accepts(String name) {
    String own = CheckpointFile.ownName(name);
    return !isTemporary(own) && pattern.matches(own);
  }

  /** Whether a name is hidden ({@code .x}, {@code _x}) or has an extension of temporary files. */
  private static boolean isTemporary(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return name.startsWith(".")
        || name.startsWith("_")
        || TEMPORARY_ENDS.stream().anyMatch(lower::endsWith);
  }
}
