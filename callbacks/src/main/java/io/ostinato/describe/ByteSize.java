package io.ostinato.describe;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A number of bytes, written as Spark does: {@code 2g} is 2 * 1024³. */
public final class ByteSize {
  private static final Pattern FORM = Pattern.compile("(\\d{1,15})\\s*([kmgt]?)b?");
  private static final String UNITS = "kmgt";

  private final String text;
  private final long bytes;

  private ByteSize(String text, long bytes) {
    this.text = text;
    this.bytes = bytes;
  }

  @FromText("a size such as 512m or 2g")
  static Optional<ByteSize> parse(String text) {
    Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      return Optional.empty();
    }
    long factor = form.group(2).isEmpty() ? 1 : 1L << 10 * (1 + UNITS.indexOf(form.group(2)));
    try {
      return Optional.of(
          new ByteSize(text, Math.multiplyExact(Long.parseLong(form.group(1)), factor)));
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  public long bytes() {
    return bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ByteSize size && size.bytes == bytes;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(bytes);
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
