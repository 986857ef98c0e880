package io.ostinato.spark.text;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How texts become rows of tokens.
 *
 * @param length number of tokens of each row
 * @param types whether there are type ids
 * @param special whether special tokens are added
 * @param left whether padding comes first
 * @param cut whether batches are cut to their longest row
 * @param padding id of the token for padding; null for that of the tokenizer
 */
record TokenSettings(
    int length, boolean types, boolean special, boolean left, boolean cut, @Nullable Long padding)
    implements Serializable {
  TokenSettings {
    if (length < 1) {
      throw new IllegalArgumentException(
          "the length %s of rows of tokens must be at least 1".formatted(length));
    }
  }

  /** Rows padded on the right, with special tokens and without type ids. */
  static TokenSettings of(int length) {
    return new TokenSettings(length, false, true, false, false, null);
  }

  TokenSettings withTypes() {
    return new TokenSettings(length, true, special, left, cut, padding);
  }

  TokenSettings withoutSpecialTokens() {
    return new TokenSettings(length, types, false, left, cut, padding);
  }

  TokenSettings paddedLeft() {
    return new TokenSettings(length, types, special, true, cut, padding);
  }

  TokenSettings paddedWith(long id) {
    return new TokenSettings(length, types, special, left, cut, id);
  }

  TokenSettings cutToLongest() {
    return new TokenSettings(length, types, special, left, true, padding);
  }

  @Override
  public String toString() {
    return "texts are truncated to %s tokens and padded on the %s"
        .formatted(length, left ? "left" : "right");
  }
}
