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
import org.jspecify.annotations.Nullable;

/** A file of a run can't be written or read. */
public class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A message such as {@code /a/b (Is a directory)}, with the system's reason after the path. */
  private static final Pattern OF_THE_SYSTEM = Pattern.compile(".* \\(([^()]+)\\)");

  private static final String NO_SUCH_FILE = "No such file or directory";
  private static final String MISSING = "there is no such file";

  public StorageException(String message) {
    super(message);
  }

  public StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Whether the file doesn't exist, rather than exists but can't be accessed. */
  public static boolean isMissing(IOException e) {
    return e instanceof NoSuchFileException
        || (e instanceof FileNotFoundException file && saidByTheSystem(file).isEmpty());
  }

  /**
   * Why a file can't be accessed, without its path, which is the whole message of many exceptions.
   */
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
    return e.toString(); // the class can be more informative than the message
  }

  /** Why an existing file can't be accessed; the JDK uses the same type for missing files. */
  private static Optional<String> saidByTheSystem(FileNotFoundException e) {
    Matcher said = OF_THE_SYSTEM.matcher(Objects.requireNonNullElse(e.getMessage(), ""));
    return said.matches() && !said.group(1).equals(NO_SUCH_FILE)
        ? Optional.of(said.group(1))
        : Optional.empty();
  }
}
