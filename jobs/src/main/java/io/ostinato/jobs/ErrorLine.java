package io.ostinato.jobs;

import io.ostinato.libraries.Reason;
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

/** What went wrong in one line that a user can read. */
public final class ErrorLine {
  private static final Pattern CLASS_NAME =
      Pattern.compile("(?:[a-z_][\\w$]*\\.)+[A-Z][\\w$]*(?:Exception|Error): ");

  private static final String WRAPPER = "org.apache.spark.SparkException";
  private static final String MAKE_ROOM = "; make room there, and run it again";
  private static final String MORE_MEMORY =
      "; give more, by spark.driver.memory and spark.executor.memory";
  private static final String GIVE_ACCESS = "; this user needs access to it";

  private ErrorLine() {}

  /**
   * The first line of the message, without names of Java classes, and what to do about it where
   * that is known; a list of mistakes is whole. Spark's exceptions are told by what they wrap.
   *
   * <p>What to do follows from the exception and its causes; see {@link FileTrouble} for files.
   */
  public static String of(Throwable thrown) {
    String line = withoutRemedy(thrown);
    return line.contains("\n") ? line : of(thrown, line);
  }

  /**
   * A line, and what to do about it where that is known.
   *
   * @param line what an exception says, without a remedy
   */
  public static String of(Throwable thrown, String line) {
    return line + remedy(thrown, line);
  }

  /**
   * As {@link #of(Throwable)}, to be part of the message of an exception that has this one as its
   * cause.
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
    return isOfTooLittleMemory(thrown) ? MORE_MEMORY : "";
  }

  private static boolean isOfTooLittleMemory(Throwable thrown) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
        .anyMatch(OutOfMemoryError.class::isInstance);
  }

  /** As {@link #withoutRemedy}, of a message alone. */
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

  /** The first, and those behind a colon at its end. */
  private static String first(List<String> lines) {
    StringBuilder first = new StringBuilder(lines.get(0));
    for (int i = 1; i < lines.size() && lines.get(i - 1).endsWith(":"); i++) {
      first.append(' ').append(lines.get(i));
    }
    return first.toString().replaceFirst(":+$", "");
  }
}
