package io.ostinato.jobs.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kinds that a sealed interface permits.
 *
 * @param byName the records by the word behind {@code kind:}
 * @param ofUser the record of a user's class; null where only the kinds that ship will do
 */
record Kinds(Map<String, Class<?>> byName, @Nullable Class<?> ofUser) {
  static final String KIND = "kind";

  static Kinds of(Class<?> sealed) {
    Map<String, Class<?>> byName = new LinkedHashMap<>();
    Class<?> ofUser = null;
    for (Class<?> type : sealed.getPermittedSubclasses()) {
      String name = type.getAnnotation(Kind.class).name();
      if (name.isEmpty()) {
        ofUser = type;
      } else {
        byName.put(name, type);
      }
    }
    return new Kinds(byName, ofUser);
  }

  /** The record of a kind; a word with a dot is the name of a class. */
  Optional<Class<?>> find(String kind) {
    Class<?> known = byName.get(kind);
    return known == null && kind.contains(".")
        ? Optional.ofNullable(ofUser)
        : Optional.ofNullable(known);
  }

  /** The kind that may be written as the value of one of its keys. */
  Optional<Map.Entry<String, Class<?>>> shorthand() {
    return byName.entrySet().stream()
        .filter(entry -> entry.getValue().isAnnotationPresent(Shorthand.class))
        .findFirst();
  }

  List<String> names() {
    return List.copyOf(working().keySet());
  }

  /** Those that aren't refused. */
  Map<String, Class<?>> working() {
    Map<String, Class<?>> working = new LinkedHashMap<>(byName);
    working.values().removeIf(type -> !refusal(type).isEmpty());
    return working;
  }

  /** The kind that somebody may have meant, or those there are. */
  String hint(String given) {
    String hint = Nearest.hint(given, names());
    return hint.endsWith("?") || ofUser == null ? hint : hint + ", or the name of a class";
  }

  static String refusal(Class<?> type) {
    return type.getAnnotation(Kind.class).refused();
  }
}
