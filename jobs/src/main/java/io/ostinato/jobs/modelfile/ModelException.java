package io.ostinato.jobs.modelfile;

import org.jspecify.annotations.Nullable;

/** Thrown if a model file is missing or can't be evaluated. */
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 2;

  private final String problem;

  /** A file that can't be a model, judged by its name alone. */
  ModelException(String message) {
    super(message);
    this.problem = message;
  }

  /** A problem, described in one line. */
  public ModelException(String message, @Nullable Throwable cause) {
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

  /** The file can't be read. */
  static ModelException unreadable(String file, String problem, Throwable cause) {
    return new ModelException(
        "can't read '%s': %s".formatted(file, problem), "can't read it: " + problem, cause);
  }

  /** The content of the file can't be evaluated. */
  public static ModelException refused(String file, String problem) {
    return new ModelException("can't evaluate '%s': %s".formatted(file, problem), problem);
  }

  /** Like {@link #refused(String, String)}, with a cause. */
  public static ModelException refused(String file, String problem, Throwable cause) {
    return new ModelException("can't evaluate '%s': %s".formatted(file, problem), problem, cause);
  }

  /** The problem and its remedy, without the name of the file if the message begins with it. */
  public String problem() {
    return problem;
  }
}
