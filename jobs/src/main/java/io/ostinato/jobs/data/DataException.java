package io.ostinato.jobs.data;

/** Thrown if data can't be read or doesn't match its description. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DataException(String message) {
    super(message);
  }

  DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
