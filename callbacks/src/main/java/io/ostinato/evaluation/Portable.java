package io.ostinato.evaluation;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/** Exceptions that can travel: a user's exception may hold what can't be serialized. */
public final class Portable {
  private Portable() {}

  /** The exception itself where it can be serialized, else one with its text and stack trace. */
  public static Throwable of(Throwable thrown) {
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(thrown);
      return thrown;
    } catch (IOException notSerializable) {
      RuntimeException copy = new RuntimeException(thrown.toString());
      copy.setStackTrace(thrown.getStackTrace());
      return copy;
    }
  }
}
