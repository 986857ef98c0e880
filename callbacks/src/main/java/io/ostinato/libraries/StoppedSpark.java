package io.ostinato.libraries;

import java.util.Objects;
import java.util.Optional;

/** Where Spark was stopped, as its later versions report it when it is used afterwards. */
public final class StoppedSpark {
  private static final String STOPPED_AT = "And it was stopped at:";
  private static final String NEXT_SECTION = "The currently active SparkContext";

  private StoppedSpark() {}

  /**
   * The code that stopped Spark, such as {@code com.example.App.main(App.java:12)}: the first frame
   * that isn't Spark's own. Empty if the exception doesn't say.
   */
  public static Optional<String> stoppedAt(Throwable thrown) {
    String text = Objects.requireNonNullElse(thrown.getMessage(), "");
    int start = text.indexOf(STOPPED_AT);
    if (start < 0) {
      return Optional.empty();
    }
    return text.substring(start + STOPPED_AT.length())
        .lines()
        .map(String::strip)
        .takeWhile(line -> !line.startsWith(NEXT_SECTION))
        .filter(line -> line.matches("[\\w.$<>]+\\([^()]*\\)"))
        .filter(line -> !line.startsWith("org.apache.spark.") && !line.startsWith("java."))
        .findFirst();
  }
}
