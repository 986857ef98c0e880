package io.ostinato.quality;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.HexFormat;

/** Compares objects that contain functions, which are equal only in their serialized form. */
final class SerializedForm {
  private SerializedForm() {}

  /** The serialized form as text; only the name of the class if the object can't be serialized. */
  static String of(Serializable object) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    } catch (IOException | RuntimeException e) {
      return object.getClass().getName(); // the training refuses such an object anyway
    }
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
