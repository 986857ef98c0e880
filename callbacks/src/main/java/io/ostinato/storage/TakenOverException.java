package io.ostinato.storage;

/**
 * Another process writes the file, or the run that it belongs to. This process must not write
 * anything to the run any more.
 */
public final class TakenOverException extends StorageException {
  private static final long serialVersionUID = 1;

  public TakenOverException(String message) {
    super(message);
  }

  public TakenOverException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Another process writes this file. */
  public static TakenOverException of(String location) {
    return new TakenOverException(messageFor(location));
  }

  /** Another process writes this file, as this failure shows. */
  public static TakenOverException of(String location, Throwable cause) {
    return new TakenOverException(messageFor(location), cause);
  }

  private static String messageFor(String location) {
    return "another process is writing '%s'; end it, or give this run another id"
        .formatted(location);
  }
}
