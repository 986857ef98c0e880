package io.ostinato.spark.ml;

import ai.djl.translate.Batchifier;

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

  /**
   * Checks the name of a batchifier.
   *
   * @throws IllegalArgumentException if it is neither one of DJL nor a class that implements it
   */
  static String batchifier(String name) {
    try {
      Batchifier.fromString(name);
      return name;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "batchifier: '%s' is unknown; use none, stack, padding or the name of a class that"
                  .formatted(name)
              + " implements Batchifier",
          e);
    }
  }
}
