package io.ostinato.jobs.config;

import io.ostinato.describe.Description;
import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.Kinds;
import io.ostinato.describe.Kinds.OneKind;
import io.ostinato.describe.ValueType;
import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Items;
import io.ostinato.jobs.config.ConfigNode.Section;
import io.ostinato.jobs.config.ConfigNode.Value;
import io.ostinato.text.Excerpt;
import io.ostinato.text.Nearest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Converts a configuration to Java values and reports everything that is invalid. Each section is
 * converted only once.
 */
final class Binder {
  private final Mistakes mistakes;
  private final BiFunction<String, List<String>, String> keyHint;
  private final Map<Object, Section> sections = new IdentityHashMap<>();
  private final Map<ConfigNode, Optional<Made>> made = new IdentityHashMap<>();

  /**
   * Creates a binder.
   *
   * @param keyHint what a message says after an unknown key, given the known ones
   */
  Binder(Mistakes mistakes, BiFunction<String, List<String>, String> keyHint) {
    this.mistakes = mistakes;
    this.keyHint = keyHint;
  }

  /** Converts the whole configuration; empty if it is invalid, which has then been reported. */
  <T> Optional<Bound<T>> bind(ConfigNode node, Class<T> type) {
    return typed(node, typeOf(type), "").map(whole -> bound(type, whole));
  }

  static ValueType typeOf(Class<?> type) {
    return ValueType.of(type, type);
  }

  @SuppressWarnings("unchecked") // the written form of a section is a map of strings
  private <T> Bound<T> bound(Class<T> type, Made whole) {
    return new Bound<>(
        type.cast(Objects.requireNonNull(whole.value(), "the whole")),
        (Map<String, Object>) Objects.requireNonNull(whole.written(), "the whole"),
        Collections.unmodifiableMap(sections));
  }

  /** Converts a node to this type; empty if it is invalid, which has then been reported. */
  Optional<Made> typed(ConfigNode node, ValueType type, String path) {
    if (type instanceof ValueType.ListOf list) {
      return list(node, list.element(), path);
    }
    if (type instanceof ValueType.MapOf map) {
      return map(node, map.element(), path);
    }
    if (type instanceof ValueType.Section section) {
      return once(node, () -> section(Shorthands.expanded(node, section.type()), section, path));
    }
    if (type instanceof ValueType.Choice choice) {
      return once(node, () -> choice(node, choice.kinds(), path));
    }
    if (type instanceof ValueType.Anything) {
      Object value = node.plain();
      if (value == null) {
        report(node, path, "has no value");
      }
      return Optional.ofNullable(value).map(any -> new Made(any, any));
    }
    return scalar(node, type, path);
  }

  private Optional<Made> once(ConfigNode node, Supplier<Optional<Made>> making) {
    Optional<Made> before = made.get(node);
    if (before == null) {
      before = making.get();
      made.put(node, before);
    }
    return before;
  }

  private Optional<Made> scalar(ConfigNode node, ValueType type, String path) {
    Optional<Made> value =
        node instanceof Value given ? Scalars.value(given, type) : Optional.empty();
    if (value.isEmpty()) {
      String hint =
          node instanceof Value given && type instanceof ValueType.Word word
              ? Nearest.of(given.text(), word.words())
                  .map("; did you mean '%s'?"::formatted)
                  .orElse("")
              : "";
      report(node, path, Scalars.refusal(node, type) + hint);
    }
    return value;
  }

  private Optional<Made> list(ConfigNode node, ValueType element, String path) {
    if (!(node instanceof Items list)) {
      return typed(node, element, path)
          .map(Binder::listOfOne); // a single value stands for a list of one
    }
    List<Object> values = new ArrayList<>();
    List<Object> written = new ArrayList<>();
    int index = 0;
    for (ConfigNode item : list.items()) {
      typed(item, element, join(path, Integer.toString(index)))
          .ifPresent(
              one -> {
                values.add(Objects.requireNonNull(one.value()));
                written.add(Objects.requireNonNull(one.written()));
              });
      index++;
    }
    return values.size() == index
        ? Optional.of(new Made(List.copyOf(values), written))
        : Optional.empty();
  }

  private static Made listOfOne(Made one) {
    return new Made(
        List.of(Objects.requireNonNull(one.value())),
        List.of(Objects.requireNonNull(one.written())));
  }

  private Optional<Made> map(ConfigNode node, ValueType element, String path) {
    if (!(node instanceof Section section)) {
      report(node, path, "must be a section of keys; given: " + node.describe());
      return Optional.empty();
    }
    Map<String, Object> values = new LinkedHashMap<>();
    Map<String, Object> written = new LinkedHashMap<>();
    for (Entry entry : section.entries()) {
      typed(entry.value(), element, join(path, entry.key()))
          .ifPresent(
              one -> {
                values.put(entry.key(), Objects.requireNonNull(one.value()));
                written.put(entry.key(), Objects.requireNonNull(one.written()));
              });
    }
    return values.size() == section.entries().size()
        ? Optional.of(new Made(Collections.unmodifiableMap(values), written))
        : Optional.empty();
  }

  private Optional<Made> choice(ConfigNode node, Kinds kinds, String path) {
    ConfigNode full = Shorthands.expanded(node, kinds);
    if (!(full instanceof Section section)) {
      report(node, path, "must be a section with a 'kind'; given: " + node.describe());
      return Optional.empty();
    }
    Entry entry = section.find(Kinds.KIND).orElse(null);
    if (entry == null) {
      report(node, path, "needs a 'kind', one of: " + String.join(", ", kinds.names()));
      return Optional.empty();
    }
    if (!(entry.value() instanceof Value word)) {
      report(entry.value(), join(path, Kinds.KIND), "must be a word");
      return Optional.empty();
    }
    OneKind kind = kinds.find(word.text()).orElse(null);
    if (kind == null) {
      mistakes.add(
          entry.place(),
          "unknown kind '%s'%s%s"
              .formatted(Excerpt.of(word.text()), in(path), hint(word.text(), kinds)));
      return Optional.empty();
    }
    String refusal = kind.kind().refused();
    if (!refusal.isEmpty()) {
      mistakes.add(entry.place(), "kind '%s'%s: %s".formatted(word.text(), in(path), refusal));
      return Optional.empty();
    }
    Map<String, Object> written = new LinkedHashMap<>();
    if (!kind.name().isEmpty()) {
      written.put(Kinds.KIND, kind.name());
    }
    return make(section, kind.description(), true, written, path);
  }

  /** The kind that was probably meant, or a list of all kinds. */
  private static String hint(String given, Kinds kinds) {
    String hint = Nearest.hint(given, kinds.names());
    return hint.endsWith("?") || kinds.ofUser().isEmpty()
        ? hint
        : hint + ", or the name of a class";
  }

  private Optional<Made> section(ConfigNode node, ValueType.Section type, String path) {
    if (!(node instanceof Section section)) {
      report(node, path, "must be a section of keys; given: " + node.describe());
      return Optional.empty();
    }
    return make(section, type.description(), false, new LinkedHashMap<>(), path);
  }

  private Optional<Made> make(
      Section section,
      Description description,
      boolean isOfKind,
      Map<String, Object> written,
      String path) {
    List<KeyInfo> keys = description.keys();
    List<String> known =
        new ArrayList<>(keys.stream().flatMap(key -> key.names().stream()).toList());
    if (isOfKind) {
      known.add(Kinds.KIND);
    }
    boolean allKnown = UserKeys.add(section, description, path, known, mistakes);
    boolean complete = allKnown;
    for (KeyInfo key : keys) {
      complete &= hasOneName(section, key, path);
    }
    for (Entry entry : section.entries()) {
      if (allKnown && !known.contains(entry.key())) {
        mistakes.add(
            entry.place(),
            "unknown key '%s'%s%s"
                .formatted(Excerpt.of(entry.key()), in(path), keyHint.apply(entry.key(), known)));
        complete = false;
      }
    }
    Optional<Made> value =
        new SectionMaker(this, mistakes, sections).make(section, description, written, path);
    return complete ? value : Optional.empty();
  }

  private boolean hasOneName(Section section, KeyInfo key, String path) {
    List<Entry> entries =
        key.names().stream().flatMap(name -> section.find(name).stream()).toList();
    if (entries.size() > 1) {
      mistakes.add(
          entries.get(1).place(),
          "'%s' is another name of '%s'%s; specify only one of them"
              .formatted(entries.get(1).key(), entries.get(0).key(), in(path)));
    }
    return entries.size() < 2;
  }

  /** Converts the value of a key that is present. */
  Optional<Made> key(Entry entry, KeyInfo key, String path) {
    String keyPath = join(path, entry.key());
    Optional<Made> value = typed(entry.value(), key.type(), keyPath);
    Object single = value.map(Made::value).orElse(List.of());
    for (Object number : single instanceof List<?> list ? list : List.of(single)) {
      String problem = number instanceof Number n ? key.outOfBounds(n.doubleValue()) : "";
      if (!problem.isEmpty()) {
        mistakes.add(
            entry.place(), "'%s' %s; given: %s".formatted(Excerpt.of(keyPath), problem, number));
        return Optional.empty();
      }
    }
    return value;
  }

  private void report(ConfigNode node, String path, String problem) {
    mistakes.add(
        node.place(),
        (path.isEmpty() ? "the configuration " : "'" + Excerpt.of(path) + "' ") + problem);
  }

  static String in(String path) {
    return path.isEmpty() ? "" : " in '" + Excerpt.of(path) + "'";
  }

  static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
