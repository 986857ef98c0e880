package io.ostinato.storage;

import java.util.regex.Pattern;

/** Names of files in the folder of a run. */
public final class FileNames {
  /** What the temporary name of a file that is being written begins with. */
  public static final String TEMPORARY = ".tmp-";

  /** What the whole of a name matches. */
  public static final String PATTERN = "[A-Za-z0-9_=-][A-Za-z0-9._=-]*";

  private static final Pattern NAME = Pattern.compile(PATTERN);

  private FileNames() {}

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
