package io.ostinato.jobs.modelfile;

/** A file is missing, or holds no model that can be evaluated. */
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ModelException(String message) {
    super(message);
  }

  /** Says what is wrong in one line. */
  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
