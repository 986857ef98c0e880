package io.ostinato.translation;

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

  @Override
  public String toString() {
    return text;
  }
}
