package io.ostinato.storage;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Troubles with files that have a remedy. The JDK and Hadoop have no types for them, so they are
 * recognised by what the operating system or HDFS says, here and nowhere else; and only in an
 * exception of a file system, since a module, or anybody's code, may say the same of something
 * else.
 */
public enum FileTrouble {
  /** The disk is full, or a quota is used up. */
  FULL_DISK("No space left on device|[Dd]isk ?[Ss]pace quota|Disk quota exceeded"),
  /** The user has no access. */
  NO_ACCESS("[Pp]ermission denied|access is denied");

  private final Pattern words;

  FileTrouble(String words) {
    this.words = Pattern.compile(words);
  }

  /** Whether an exception of a file system, among this one and its causes, says so. */
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

  /** The trouble that a line for users quotes, if that is why it is told. */
  public static Optional<FileTrouble> toldBy(String line, Throwable thrown) {
    return Arrays.stream(values())
        .filter(trouble -> trouble.words.matcher(line).find() && trouble.isCauseOf(thrown))
        .findFirst();
  }

  /** Spark wraps whatever is thrown while it reads or sends something. */
  private static boolean isQuoting(IOException e) {
    Throwable cause = e.getCause();
    return cause != null
        && !(e instanceof FileSystemException)
        && Objects.requireNonNullElse(e.getMessage(), "")
            .contains(Objects.requireNonNullElse(cause.getMessage(), ""));
  }
}
