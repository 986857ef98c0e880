package io.ostinato.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file of a run can't be written or read. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** {@code /a/b (Is a directory)}: what the system says stands behind the path. */
  private static final Pattern OF_THE_SYSTEM = Pattern.compile(".* \\(([^()]+)\\)");

  private static final String NO_SUCH_FILE = "No such file or directory";
  private static final String MISSING = "there is no such file";

  public StorageException(String message) {
    super(message);
  }

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether there is no such file, and not one that only may not be had. */
  public static boolean isMissing(IOException e) {
    return e instanceof NoSuchFileException
        || (e instanceof FileNotFoundException file && saidByTheSystem(file).isEmpty());
  }

  /** Why a file couldn't be had, without its path: of many exceptions that is all the message. */
  public static String reasonOf(IOException e) {
    if (e instanceof NoSuchFileException) {
      return MISSING;
    } else if (e instanceof AccessDeniedException) {
      return "access is denied";
    } else if (e instanceof NotDirectoryException || e instanceof FileAlreadyExistsException) {
      return "there is a file in the place of the folder '%s'".formatted(e.getMessage());
    } else if (e instanceof DirectoryNotEmptyException) {
      return "the folder is not empty";
    } else if (e instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    } else if (e instanceof FileNotFoundException file) {
      return saidByTheSystem(file).orElse(MISSING);
    }
    return e.toString(); // of others the class may say more than the message
  }

  /** Why a file that is there can't be had; the JDK has one type for this and for missing files. */
  private static Optional<String> saidByTheSystem(FileNotFoundException e) {
    Matcher said = OF_THE_SYSTEM.matcher(Objects.requireNonNullElse(e.getMessage(), ""));
    return said.matches() && !said.group(1).equals(NO_SUCH_FILE)
        ? Optional.of(said.group(1))
        : Optional.empty();
  }
}
