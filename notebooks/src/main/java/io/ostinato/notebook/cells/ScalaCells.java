package io.ostinato.notebook.cells;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The classes of Scala cells, in Zeppelin and in Spark's shell. The shell nests each cell in
 * objects ({@code $iw}), whose fields are the cell's variables. They are sent to executors with the
 * objects of the cell's classes, other than those that are {@code @transient}, such as {@code
 * spark}.
 */
final class ScalaCells {
  /** The class of such an object, or one that is nested in it. */
  private static final Pattern CLASS =
      Pattern.compile("\\$line\\d+/\\$read(?:\\$\\$iw)*(?:\\$(?!\\$)(.+?)\\$?)?");

  /** The method of a function that is written in another method. */
  private static final Pattern FUNCTION =
      Pattern.compile("\\$anonfun\\$(.+?)\\$\\d+(?:\\$adapted)?");

  private static final String LAZY = "$lzycompute";

  /** Fields that say which lazy variables have been computed. */
  private static final String COMPUTED = "bitmap$";

  private ScalaCells() {}

  /** Whether a class is that of an object whose fields are the variables of a cell. */
  static boolean isWrapper(String internalName) {
    Matcher name = CLASS.matcher(internalName);
    return name.matches() && name.group(1) == null;
  }

  /** The name that a user has given to a class of a cell; empty for other classes. */
  static Optional<String> nameOf(String internalName) {
    Matcher name = CLASS.matcher(internalName);
    return name.matches() ? Optional.ofNullable(name.group(1)) : Optional.empty();
  }

  /** The method in which a function is written; empty for other methods. */
  static Optional<String> methodOfFunction(String name) {
    Matcher function = FUNCTION.matcher(name);
    return function.matches() ? Optional.of(function.group(1)) : Optional.empty();
  }

  /** Whether a field of a cell is a variable of a user. */
  static boolean isVariable(String field) {
    return !field.startsWith(COMPUTED);
  }

  /** The class file, from the loader of the cell that is running; empty for other classes. */
  static Optional<byte[]> classFile(String internalName) {
    @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
    if (loader == null || !CLASS.matcher(internalName).matches()) {
      return Optional.empty();
    }
    try (@Nullable InputStream file = loader.getResourceAsStream(internalName + ".class")) {
      return file == null ? Optional.empty() : Optional.of(file.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The method that computes a lazy variable, which executors call again if it is transient. */
  static String initializer(String variable, String descriptor) {
    return variable + LAZY + "()" + descriptor;
  }
}
