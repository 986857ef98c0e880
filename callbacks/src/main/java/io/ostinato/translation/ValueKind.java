package io.ostinato.translation;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What a column has in each row, as far as inputs of translators are concerned. */
public enum ValueKind {
  TEXT("string"),
  BYTES("binary"),
  NUMBER("number"),
  BOOLEAN("boolean"),
  /** An array of numbers, or a vector of Spark ML. */
  NUMBERS("array of numbers"),
  TEXTS("array of strings"),
  /** A struct as Spark's source of images has it, with the pixels of an image. */
  IMAGE("image"),
  OTHER("other");

  private final String text;

  ValueKind(String text) {
    this.text = text;
  }

  /** The kind of a value of a row; empty if it can be of several, as an empty array can. */
  static Optional<ValueKind> of(Object value) {
    if (value instanceof List<?> list) {
      return list.stream()
          .filter(Objects::nonNull)
          .findFirst()
          .map(element -> element instanceof String ? TEXTS : NUMBERS);
    } else if (value instanceof String) {
      return Optional.of(TEXT);
    } else if (value instanceof byte[]) {
      return Optional.of(BYTES);
    } else if (value instanceof Number) {
      return Optional.of(NUMBER);
    } else if (value instanceof Boolean) {
      return Optional.of(BOOLEAN);
    }
    return Optional.of(value instanceof double[] ? NUMBERS : IMAGE);
  }

  @Override
  public String toString() {
    return text;
  }
}
