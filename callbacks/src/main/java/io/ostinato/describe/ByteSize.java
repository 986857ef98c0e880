package io.ostinato.describe;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A number of bytes, written as Spark does: {@code 2g} is 2 * 1024³. */
public final class ByteSize implements Serializable {
  private static final Pattern FORM = Pattern.compile("0*(\\d{1,19})\\s*([kmgtp]?)b?");
  private static final String UNITS = "kmgtp";

  private final String text;
  private final long bytes;

  private ByteSize(String text, long bytes) {
    this.text = text;
    this.bytes = bytes;
  }

  /**
   * Reads a size. Without a unit it is in bytes; the case of the unit does not matter.
   *
   * @return empty if the text is no size, or one that does not fit into a {@code long}
   */
  @FromText("a size such as 512m or 2g")
  public static Optional<ByteSize> parse(String text) {
    Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      return Optional.empty();
    }
    int power = form.group(2).isEmpty() ? 0 : 1 + UNITS.indexOf(form.group(2));
    BigInteger bytes = new BigInteger(form.group(1)).shiftLeft(10 * power);
    return bytes.bitLength() < Long.SIZE
        ? Optional.of(new ByteSize(text, bytes.longValue()))
        : Optional.empty();
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
