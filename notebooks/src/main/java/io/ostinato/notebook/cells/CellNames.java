package io.ostinato.notebook.cells;

import io.ostinato.notebook.cells.CellMethod.Reference;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names that a user has written, of what JShell and the compiler have named. */
final class CellNames {
  private static final Pattern CLASS = Pattern.compile("REPL/\\$JShell\\$[0-9A-Z]+(?:\\$(.+))?");

  /** The number of a serializable lambda is preceded by a hash. */
  private static final Pattern LAMBDA = Pattern.compile("lambda\\$(.+?)(?:\\$[0-9a-f]+)?\\$\\d+");

  /** The method in which JShell runs a cell's statements. */
  private static final String STATEMENTS = "do_it$";

  private CellNames() {}

  /** The name of a method, such as {@code Accuracy.processData}, or a description. */
  static String of(Reference method) {
    Matcher type = CLASS.matcher(method.owner());
    String owner =
        type.matches() && type.group(1) != null
            ? type.group(1)
            : ScalaCells.nameOf(method.owner()).orElse("");
    Optional<String> function = ScalaCells.methodOfFunction(method.name());
    if (function.isPresent()) {
      return "a function in " + named(owner, function.get());
    }
    Matcher lambda = LAMBDA.matcher(method.name());
    return lambda.matches() ? lambda(owner, lambda.group(1)) : named(owner, method.name());
  }

  /** The name of a static field, such as {@code Settings.limit}. */
  static String of(CellMethod.StaticField field) {
    Matcher type = CLASS.matcher(field.owner());
    return named(type.matches() ? type.group(1) : field.owner(), field.name());
  }

  private static String lambda(String owner, String method) {
    return switch (method) {
      case STATEMENTS -> "a lambda";
      case "new" -> "a lambda in the constructor of " + owner;
      case "static" -> "a lambda of " + owner;
      default -> "a lambda in " + named(owner, method);
    };
  }

  private static String named(String owner, String method) {
    return switch (method) {
      case "<clinit>" -> "the static initializer of " + owner;
      case "<init>" -> "the constructor of " + owner;
      default -> owner.isEmpty() ? method : owner + "." + method;
    };
  }
}
