package io.ostinato.describe;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Converts Java names to the form used in configurations. */
public final class Words {
  private Words() {}

  /**
   * Converts to snake case: {@code everyNEpochs} to {@code every_n_epochs}, {@code TopKAccuracy} to
   * {@code top_k_accuracy}.
   */
  public static String snakeCase(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_")
        .toLowerCase(Locale.ROOT);
  }

  /** A constant of an enum as a word in lower case. */
  public static String of(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
  }

  /** The constant of an enum that a word stands for. */
  public static <E> Optional<E> constant(Class<E> enumeration, String word) {
    return Stream.of(enumeration.getEnumConstants())
        .filter(constant -> of(constant).equals(word))
        .findFirst();
  }

  /** The words of all constants of an enum. */
  public static List<String> all(Class<?> enumeration) {
    return Stream.of(enumeration.getEnumConstants()).map(Words::of).toList();
  }
}
