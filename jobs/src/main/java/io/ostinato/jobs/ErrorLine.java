package io.ostinato.jobs;

import io.ostinato.libraries.Reason;
import io.ostinato.spark.resident.TaskErrorException;
import io.ostinato.storage.FileTrouble;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSError;

/** Describes an exception in one line for a user. */
public final class ErrorLine {
  private static final Pattern CLASS_NAME =
      Pattern.compile("(?<![\\w$.])(?:[a-z_][\\w$]*+\\.)++[A-Z][\\w$]*(?:Exception|Error): ");

  private static final String WRAPPER = "org.apache.spark.SparkException";
  private static final String MAKE_ROOM = "; free some space there and run it again";
  private static final String MORE_MEMORY =
      "; increase spark.driver.memory or spark.executor.memory";
  private static final String GIVE_ACCESS = "; this user needs access to it";

  private ErrorLine() {}

  /**
   * The first line of the message, without names of Java classes, plus a remedy if one is known. A
   * list of mistakes is kept whole. Spark's wrapper exceptions are described by their causes.
   *
   * <p>The remedy is derived from the exception and its causes; see {@link FileTrouble} for files.
   */
  public static String of(Throwable thrown) {
    String line = withoutRemedy(thrown);
    return line.contains("\n") ? line : of(thrown, line);
  }

  /**
   * A line, plus a remedy if one is known.
   *
   * @param line the message of an exception, without a remedy
   */
  public static String of(Throwable thrown, String line) {
    return line + remedy(thrown, line);
  }

  /**
   * Like {@link #of(Throwable)} but without a remedy, for use in the message of an exception that
   * has this one as its cause.
   */
  public static String withoutRemedy(Throwable thrown) {
    Throwable told = unwrapped(thrown);
    Optional<String> reason = Reason.ofLibrary(told);
    if (reason.isPresent()) {
      return reason.get();
    }
    String message =
        told instanceof IOException io
            ? StorageException.reasonOf(io)
            : Objects.requireNonNullElse(told.getMessage(), "");
    boolean isNamed = told instanceof Error || message.isBlank();
    String line = message.isBlank() ? "" : of(message);
    return isNamed ? told.getClass().getSimpleName() + (line.isEmpty() ? "" : ": " + line) : line;
  }

  private static Throwable unwrapped(Throwable thrown) {
    Throwable told = thrown;
    while (told.getCause() != null
        && (told instanceof ExecutionException
            || told instanceof FSError
            || told.getClass().getName().equals(WRAPPER))) {
      told = told.getCause();
    }
    return told;
  }

  private static String remedy(Throwable thrown, String line) {
    Optional<FileTrouble> trouble = FileTrouble.toldBy(line, thrown);
    if (trouble.isPresent()) {
      return trouble.get() == FileTrouble.FULL_DISK ? MAKE_ROOM : GIVE_ACCESS;
    }
    return isOfTooLittleMemory(thrown) && !line.contains("spark.driver.memory") ? MORE_MEMORY : "";
  }

  private static boolean isOfTooLittleMemory(Throwable thrown) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
        .anyMatch(
            each ->
                each instanceof OutOfMemoryError
                    || (each instanceof TaskErrorException error && error.isLackOfMemory()));
  }

  /** Like {@link #withoutRemedy}, for a message alone. */
  public static String of(String message) {
    List<String> lines =
        CLASS_NAME
            .matcher(message)
            .replaceAll("")
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    if (lines.isEmpty()) {
      return message;
    }
    return lines.size() > 1 && lines.get(1).startsWith("- ") ? message : first(lines);
  }

  /** The first line, joined with the next as long as a line ends with a colon. */
  private static String first(List<String> lines) {
    StringBuilder first = new StringBuilder(lines.get(0));
    for (int i = 1; i < lines.size() && lines.get(i - 1).endsWith(":"); i++) {
      first.append(' ').append(lines.get(i));
    }
    return first.toString().replaceFirst(":+$", "");
  }
}
