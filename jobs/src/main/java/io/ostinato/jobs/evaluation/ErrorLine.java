package io.ostinato.jobs.evaluation;

import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What went wrong in one line that a user can read. */
public final class ErrorLine {
  private static final Pattern CLASS_NAME =
      Pattern.compile("(?:[a-z_][\\w$]*\\.)+[A-Z][\\w$]*(?:Exception|Error): ");
  private static final Pattern INTERPRETER = Pattern.compile("^\\w*Error: .+");

  private ErrorLine() {}

  /** The first line of the message, without names of Java classes; a list of mistakes is whole. */
  public static String of(Throwable thrown) {
    String message = Objects.requireNonNullElse(thrown.getMessage(), "");
    return thrown instanceof Error || message.isBlank()
        ? thrown.getClass().getSimpleName() + (message.isBlank() ? "" : ": " + of(message))
        : of(message);
  }

  /** PyTorch says in the last lines, behind a trace of the module's code, what was wrong. */
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
    String first = lines.get(0);
    if (lines.size() > 1 && lines.get(1).startsWith("- ")) {
      return message;
    }
    for (String line : lines.subList(1, lines.size())) {
      Matcher error = INTERPRETER.matcher(line);
      if (error.matches()) {
        return first.replaceFirst("The following operation failed in.*", "") + line;
      }
    }
    return first;
  }
}
