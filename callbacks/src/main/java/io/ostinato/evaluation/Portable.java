package io.ostinato.evaluation;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/** Makes exceptions serializable: a user's exception may hold objects that are not. */
public final class Portable {
  private Portable() {}

  /**
   * The exception itself if it can be serialized, otherwise one with its text and stack trace: also
   * if its own code fails, or its objects are nested too deeply.
   */
  public static Throwable of(Throwable thrown) {
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(thrown);
      return thrown;
    } catch (IOException | RuntimeException | StackOverflowError notSerializable) {
      RuntimeException copy = new RuntimeException(thrown.toString());
      copy.setStackTrace(thrown.getStackTrace());
      return copy;
    }
  }
}
