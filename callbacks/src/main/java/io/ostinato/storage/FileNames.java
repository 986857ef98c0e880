package io.ostinato.storage;

import java.util.regex.Pattern;

/** Names of files in the folder of a run. */
public final class FileNames {
  /** What the temporary name of a file that is being written begins with. */
  public static final String TEMPORARY = ".tmp-";

  /** What the whole of a name matches. */
  public static final String PATTERN = "[A-Za-z0-9_=-][A-Za-z0-9._=-]*";

  /** What the name of the best model by some metric begins with. */
  public static final String BEST_MODEL = "best_model.";

  private static final Pattern NAME = Pattern.compile(PATTERN);

  private FileNames() {}

  /**
   * The name under which the best model by a metric is kept: {@code best_model.accuracy.test} by
   * {@code accuracy/test}. There is a dot for each slash of the metric, and {@code _} for each
   * character that names of files don't have.
   *
   * @param end of the name, as in {@code .pt}; may be empty
   */
  public static String bestModel(String metric, String end) {
    return BEST_MODEL + (metric.replace('/', '.') + end).replaceAll("[^A-Za-z0-9._=-]", "_");
  }

  /**
   * The name itself.
   *
   * @throws IllegalArgumentException if no file may be named so
   */
  public static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' can't name a file of a run; it has letters, digits and . _ - =, and doesn't begin"
                  .formatted(name)
              + " with a dot");
    }
    return name;
  }
}
