package io.ostinato.jobs;

import io.ostinato.libraries.Reason;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSError;

/** What went wrong in one line that a user can read. */
public final class ErrorLine {
  private static final Pattern CLASS_NAME =
      Pattern.compile("(?:[a-z_][\\w$]*\\.)+[A-Z][\\w$]*(?:Exception|Error): ");

  private static final String WRAPPER = "org.apache.spark.SparkException";
  private static final Pattern FULL_DISK =
      Pattern.compile("No space left on device|[Dd]isk ?[Ss]pace quota|Disk quota exceeded");
  private static final Pattern CLOSED = Pattern.compile("[Pp]ermission denied|access is denied");
  private static final String MAKE_ROOM = "; make room there, and run it again";
  private static final String MORE_MEMORY =
      "; give more, by spark.driver.memory and spark.executor.memory";
  private static final String GIVE_ACCESS = "; this user needs access to it";

  private ErrorLine() {}

  /**
   * The first line of the message, without names of Java classes, and what to do about it where
   * that is known; a list of mistakes is whole. Spark's exceptions are told by what they wrap.
   *
   * <p>What to do about a disk follows from an exception of the file system's, never from words
   * alone: a module, or anybody's code, may say the same of something else.
   */
  public static String of(Throwable thrown) {
    Throwable told = unwrapped(thrown);
    Optional<String> reason = Reason.ofLibrary(told);
    if (reason.isPresent()) {
      return withRemedy(told, reason.get());
    }
    String message =
        told instanceof IOException io
            ? StorageException.reasonOf(io)
            : Objects.requireNonNullElse(told.getMessage(), "");
    boolean isNamed = told instanceof Error || message.isBlank();
    String line = message.isBlank() ? "" : of(message);
    return withRemedy(
        told,
        isNamed ? told.getClass().getSimpleName() + (line.isEmpty() ? "" : ": " + line) : line);
  }

  /** Whether it comes of a disk without room, and of nothing that was given to a command. */
  public static boolean isOfAFullDisk(Throwable thrown) {
    return isOfFiles(thrown, FULL_DISK);
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

  private static String withRemedy(Throwable told, String line) {
    String remedy = "";
    if (FULL_DISK.matcher(line).find() && isOfFiles(told, FULL_DISK)) {
      remedy = MAKE_ROOM;
    } else if (CLOSED.matcher(line).find() && isOfFiles(told, CLOSED)) {
      remedy = GIVE_ACCESS;
    } else if (told instanceof OutOfMemoryError) {
      remedy = MORE_MEMORY;
    }
    return line.contains(remedy) || line.contains("\n") ? line : line + remedy;
  }

  /** Whether the system says so of a file, in an exception of its own. */
  private static boolean isOfFiles(Throwable thrown, Pattern words) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof IOException io
          && !isQuoting(io)
          && words.matcher(StorageException.reasonOf(io)).find()) {
        return true;
      }
    }
    return false;
  }

  /** Spark wraps whatever is thrown while it reads or sends something. */
  private static boolean isQuoting(IOException e) {
    Throwable cause = e.getCause();
    return cause != null
        && !(e instanceof FileSystemException)
        && Objects.requireNonNullElse(e.getMessage(), "")
            .contains(Objects.requireNonNullElse(cause.getMessage(), ""));
  }

  static String of(String message) {
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
