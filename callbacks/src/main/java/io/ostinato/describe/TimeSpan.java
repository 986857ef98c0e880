package io.ostinato.describe;

import java.io.Serializable;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A duration, as it is written in a configuration.
 *
 * @param text such as {@code 500ms}, {@code 30s}, {@code 10m} or {@code 2h}
 * @param millis the duration in milliseconds, at least 1
 */
public record TimeSpan(String text, long millis) implements Serializable {
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})(ms|s|m|h)");

  /** Reads a duration; empty if the text is none. */
  @FromText(value = "a duration such as 30s, 10m or 2h", pattern = "[1-9][0-9]{0,8}(ms|s|m|h)")
  public static Optional<TimeSpan> parse(String text) {
    Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(form.group(1));
    long unit =
        switch (form.group(2)) {
          case "ms" -> 1;
          case "s" -> 1000;
          case "m" -> 60_000;
          default -> 3_600_000;
        };
    return Optional.of(new TimeSpan(text, count * unit));
  }

  public Duration duration() {
    return Duration.ofMillis(millis);
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
