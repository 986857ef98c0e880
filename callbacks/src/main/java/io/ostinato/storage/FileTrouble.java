package io.ostinato.storage;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * File problems that the user can fix. The JDK and Hadoop have no exception types for them, so they
 * are recognised by the message of the operating system or HDFS, and only here. Only exceptions of
 * file systems are considered, since other code can use the same words for something else.
 */
public enum FileTrouble {
  /** The disk is full, or a quota is exceeded. */
  FULL_DISK("No space left on device|[Dd]isk ?[Ss]pace quota|Disk quota exceeded"),
  /** The user lacks permission. */
  NO_ACCESS("[Pp]ermission denied|access is denied");

  private final Pattern words;

  FileTrouble(String words) {
    this.words = Pattern.compile(words);
  }

  /** Whether a file system exception among this one and its causes reports this problem. */
  public boolean isCauseOf(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof IOException io
          && !isQuoting(io)
          && words.matcher(StorageException.reasonOf(io)).find()) {
        return true;
      }
    }
    return false;
  }

  /** The problem that an error line for users mentions, if the exception was caused by it. */
  public static Optional<FileTrouble> toldBy(String line, Throwable thrown) {
    return Arrays.stream(values())
        .filter(trouble -> trouble.words.matcher(line).find() && trouble.isCauseOf(thrown))
        .findFirst();
  }

  /** Whether an exception only repeats the message of its cause, as Spark's wrappers do. */
  private static boolean isQuoting(IOException e) {
    Throwable cause = e.getCause();
    return cause != null
        && !(e instanceof FileSystemException)
        && Objects.requireNonNullElse(e.getMessage(), "")
            .contains(Objects.requireNonNullElse(cause.getMessage(), ""));
  }
}
