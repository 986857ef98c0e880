package io.ostinato.spark.image;

import io.ostinato.describe.FromText;
import java.io.Serializable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A size in pixels, as one number or as height and width.
 *
 * @param isOneNumber whether it was given as one number, which is both height and width then
 */
record PixelSize(int height, int width, boolean isOneNumber) implements Serializable {
  private static final Pattern FORM = Pattern.compile("0*([1-9]\\d{0,5})(?:x0*([1-9]\\d{0,5}))?");

  @FromText("a number of pixels such as 224, or height x width such as 224x336")
  static Optional<PixelSize> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    int first = Integer.parseInt(form.group(1));
    boolean isOne = form.group(2) == null;
    return Optional.of(
        new PixelSize(first, isOne ? first : Integer.parseInt(form.group(2)), isOne));
  }

  @Override
  public String toString() {
    return isOneNumber ? Integer.toString(height) : height + "x" + width;
  }
}
