package io.ostinato.storage;

import java.util.UUID;
import java.util.regex.Pattern;

/** Names of files in a run's folder. */
public final class FileNames {
  /** The prefix of the temporary name of a file that is being written. */
  public static final String TEMPORARY = ".tmp-";

  /** The pattern that a whole name matches. */
  public static final String PATTERN = "[A-Za-z0-9_=-][A-Za-z0-9._=-]*";

  /** The prefix of the names of best models. */
  public static final String BEST_MODEL = "best_model.";

  private static final Pattern NAME = Pattern.compile(PATTERN);

  private FileNames() {}

  /** A new temporary name for a file that this writer, who can be empty, writes. */
  public static String temporary(String writer) {
    return temporaryOf(writer) + UUID.randomUUID();
  }

  /** The prefix of the temporary names of a writer. */
  public static String temporaryOf(String writer) {
    return writer.isEmpty() ? TEMPORARY : TEMPORARY + writer + "-";
  }

  /**
   * The name of the best model by a metric, such as {@code best_model.accuracy.test} for {@code
   * accuracy/test}. Each slash in the metric becomes a dot, and each character that is not allowed
   * in file names becomes {@code _}.
   *
   * @param end the end of the name, such as {@code .pt}; may be empty
   */
  public static String bestModel(String metric, String end) {
    return BEST_MODEL + (metric.replace('/', '.') + end).replaceAll("[^A-Za-z0-9._=-]", "_");
  }

  /** Whether a name is a valid file name. */
  static boolean isValid(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * Checks a name and returns it.
   *
   * @throws IllegalArgumentException if it is not a valid file name
   */
  public static String checked(String name) {
    if (!isValid(name)) {
      throw new IllegalArgumentException(
          "'%s' can't name a file of a run; it has letters, digits and . _ - =, and doesn't begin"
                  .formatted(name)
              + " with a dot");
    }
    return name;
  }
}
