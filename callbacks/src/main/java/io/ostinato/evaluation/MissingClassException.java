package io.ostinato.evaluation;

/**
 * Thrown if an object can't be deserialized because a class is missing in this process, such as the
 * class of a model on an executor.
 */
public final class MissingClassException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  private final String className;

  /**
   * Creates an exception.
   *
   * @param className the binary name of the class
   */
  public MissingClassException(String className, Throwable cause) {
    super(
        "the class '%s' is missing in this process; add its jar to all processes, with --jars or"
                .formatted(className)
            + " spark.jars",
        cause);
    this.className = className;
  }

  /** The binary name of the class. */
  public String className() {
    return className;
  }
}
