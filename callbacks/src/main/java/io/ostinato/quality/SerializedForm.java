package io.ostinato.quality;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.HexFormat;

/** Compares objects that have functions in them, which are equal in their serialized form only. */
final class SerializedForm {
  private SerializedForm() {}

  /** The same text for objects that are the same; the class alone of one that can't be written. */
  static String of(Serializable object) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    } catch (IOException | RuntimeException e) {
      return object.getClass().getName(); // the training refuses it for that
    }
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
