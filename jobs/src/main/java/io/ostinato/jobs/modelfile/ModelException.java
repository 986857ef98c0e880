package io.ostinato.jobs.modelfile;

/** A file is missing, or holds no model that can be evaluated. */
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 2;

  private final String problem;

  /** A model that its name alone tells to be none. */
  ModelException(String message) {
    super(message);
    this.problem = message;
  }

  /** Says what is wrong in one line. */
  public ModelException(String message, Throwable cause) {
    super(message, cause);
    this.problem = message;
  }

  private ModelException(String message, String problem) {
    super(message);
    this.problem = problem;
  }

  private ModelException(String message, String problem, Throwable cause) {
    super(message, cause);
    this.problem = problem;
  }

  /** There is no such file. */
  static ModelException missing(String file, Throwable cause) {
    return new ModelException(
        "there is no model '%s'".formatted(file), "there is no such file", cause);
  }

  /** Its file can't be read. */
  static ModelException unreadable(String file, String problem, Throwable cause) {
    return new ModelException(
        "can't read '%s': %s".formatted(file, problem), "can't read it: " + problem, cause);
  }

  /** What is in its file can't be evaluated. */
  public static ModelException refused(String file, String problem) {
    return new ModelException("can't evaluate '%s': %s".formatted(file, problem), problem);
  }

  /** As {@link #refused(String, String)}, with a cause. */
  public static ModelException refused(String file, String problem, Throwable cause) {
    return new ModelException("can't evaluate '%s': %s".formatted(file, problem), problem, cause);
  }

  /** What is wrong, and what helps, without the name of the file where that is told with it. */
  public String problem() {
    return problem;
  }
}
