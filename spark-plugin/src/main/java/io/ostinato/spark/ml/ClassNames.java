package io.ostinato.spark.ml;

/** Finds classes by the names that parameters have. */
final class ClassNames {
  private ClassNames() {}

  /**
   * The class with this binary name, such as {@code java.lang.String} or {@code [F}.
   *
   * @param parameter the name of the parameter, for messages
   * @throws IllegalArgumentException if it is missing in this process
   */
  static Class<?> find(String name, String parameter) {
    try {
      return Class.forName(name, true, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "%s: the class '%s' is not on the class path; add its jar with --jars or spark.jars"
              .formatted(parameter, name),
          e);
    }
  }
}
