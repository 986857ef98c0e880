package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Items;
import io.ostinato.jobs.config.ConfigNode.Section;
import io.ostinato.jobs.config.ConfigNode.Value;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes records of a configuration, and tells all that doesn't fit them. */
final class Binder {
  private final Mistakes mistakes;
  private final Map<Object, Section> sections = new IdentityHashMap<>();

  Binder(Mistakes mistakes) {
    this.mistakes = mistakes;
  }

  <T> Optional<Bound<T>> bind(ConfigNode node, Class<T> type) {
    return typed(node, type, "")
        .map(value -> new Bound<>(type.cast(value), Collections.unmodifiableMap(sections)));
  }

  /** A value of this type; empty if it can't be made, which has been told then. */
  Optional<Object> typed(ConfigNode node, Type type, String path) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? list(node, arguments[0], path)
          : map(node, arguments[1], path);
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isRecord()) {
      return record(expanded(node, plain), plain, path);
    }
    if (plain.isSealed()) {
      return kind(node, plain, path);
    }
    if (plain == Object.class) {
      Optional<Object> value = Optional.ofNullable(node.plain());
      if (value.isEmpty()) {
        tell(node, path, "has no value");
      }
      return value;
    }
    return scalar(node, plain, path);
  }

  private Optional<Object> scalar(ConfigNode node, Class<?> type, String path) {
    Optional<Object> value =
        node instanceof Value given ? Scalars.value(given, type) : Optional.empty();
    if (value.isEmpty()) {
      String hint =
          node instanceof Value given && type.isEnum()
              ? Nearest.of(given.text(), Scalars.words(type))
                  .map("; did you mean '%s'?"::formatted)
                  .orElse("")
              : "";
      tell(node, path, Scalars.refusal(node, type) + hint);
    }
    return value;
  }

  private Optional<Object> list(ConfigNode node, Type element, String path) {
    if (!(node instanceof Items list)) {
      return typed(node, element, path).map(List::of); // one alone is a list of one
    }
    List<Object> values = new ArrayList<>();
    int index = 0;
    for (ConfigNode item : list.items()) {
      typed(item, element, join(path, Integer.toString(index))).ifPresent(values::add);
      index++;
    }
    return values.size() == index ? Optional.of(List.copyOf(values)) : Optional.empty();
  }

  private Optional<Object> map(ConfigNode node, Type element, String path) {
    if (!(node instanceof Section section)) {
      tell(node, path, "must be a section of keys; given: " + node.describe());
      return Optional.empty();
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (Entry entry : section.entries()) {
      typed(entry.value(), element, join(path, entry.key()))
          .ifPresent(value -> values.put(entry.key(), value));
    }
    return values.size() == section.entries().size()
        ? Optional.of(Collections.unmodifiableMap(values))
        : Optional.empty();
  }

  private Optional<Object> kind(ConfigNode node, Class<?> sealed, String path) {
    Kinds kinds = Kinds.of(sealed);
    ConfigNode full = expanded(node, kinds);
    if (!(full instanceof Section section)) {
      tell(node, path, "must be a section with a 'kind'; given: " + node.describe());
      return Optional.empty();
    }
    Entry entry = section.find(Kinds.KIND).orElse(null);
    if (entry == null) {
      tell(node, path, "needs a 'kind', one of: " + String.join(", ", kinds.names()));
      return Optional.empty();
    }
    if (!(entry.value() instanceof Value word)) {
      tell(entry.value(), join(path, Kinds.KIND), "must be a word");
      return Optional.empty();
    }
    Class<?> type = kinds.find(word.text()).orElse(null);
    if (type == null) {
      mistakes.add(
          entry.place(),
          "unknown kind '%s'%s%s".formatted(word.text(), in(path), kinds.hint(word.text())));
      return Optional.empty();
    }
    if (!Kinds.refusal(type).isEmpty()) {
      mistakes.add(
          entry.place(), "kind '%s'%s: %s".formatted(word.text(), in(path), Kinds.refusal(type)));
      return Optional.empty();
    }
    return record(section, type, path);
  }

  private static ConfigNode expanded(ConfigNode node, Class<?> record) {
    Shorthand shorthand = record.getAnnotation(Shorthand.class);
    return shorthand == null || node instanceof Section
        ? node
        : new Section(node.place(), List.of(new Entry(node.place(), shorthand.value(), node)));
  }

  /** A word alone is a kind; another value is that of a key of the kind that allows it. */
  private static ConfigNode expanded(ConfigNode node, Kinds kinds) {
    if (!(node instanceof Value value) || value.form() == Value.Form.NOTHING) {
      return node;
    }
    Map.Entry<String, Class<?>> shorthand = kinds.shorthand().orElse(null);
    Place place = node.place();
    if (kinds.find(value.text()).isPresent()
        || shorthand == null
        || value.form() == Value.Form.TEXT) {
      return new Section(place, List.of(new Entry(place, Kinds.KIND, node)));
    }
    String key = shorthand.getValue().getAnnotation(Shorthand.class).value();
    return new Section(
        place,
        List.of(
            new Entry(place, Kinds.KIND, new Value(place, shorthand.getKey(), Value.Form.TEXT)),
            new Entry(place, key, node)));
  }

  private Optional<Object> record(ConfigNode node, Class<?> type, String path) {
    if (!(node instanceof Section section)) {
      tell(node, path, "must be a section of keys; given: " + node.describe());
      return Optional.empty();
    }
    List<KeyInfo> keys = KeyInfo.all(type);
    List<String> known =
        new ArrayList<>(keys.stream().flatMap(key -> key.names().stream()).toList());
    if (type.isAnnotationPresent(Kind.class)) {
      known.add(Kinds.KIND);
    }
    boolean allKnown = addOwnKeys(section, type, path, known);
    boolean complete = allKnown & keys.stream().allMatch(key -> hasOneName(section, key, path));
    for (Entry entry : section.entries()) {
      if (allKnown && !known.contains(entry.key())) {
        mistakes.add(
            entry.place(),
            "unknown key '%s'%s%s"
                .formatted(entry.key(), in(path), Nearest.hint(entry.key(), known)));
        complete = false;
      }
    }
    Optional<Object> record =
        new RecordMaker(this::typed, this::key, mistakes, sections).make(section, type, path);
    return complete ? record : Optional.empty();
  }

  private boolean hasOneName(Section section, KeyInfo key, String path) {
    List<Entry> entries =
        key.names().stream().flatMap(name -> section.find(name).stream()).toList();
    if (entries.size() > 1) {
      mistakes.add(
          entries.get(1).place(),
          "'%s' is another name of '%s'%s; give it once"
              .formatted(entries.get(1).key(), entries.get(0).key(), in(path)));
    }
    return entries.size() < 2;
  }

  /** Adds the keys that the user's class of a section names; false if they can't be known. */
  private boolean addOwnKeys(Section section, Class<?> type, String path, List<String> known) {
    OwnKeys own =
        Stream.of(type.getRecordComponents())
            .filter(component -> component.isAnnotationPresent(OwnKeys.class))
            .map(component -> Objects.requireNonNull(component.getAnnotation(OwnKeys.class)))
            .findFirst()
            .orElse(null);
    if (own == null) {
      return true;
    }
    try {
      for (KeyInfo key : UserClass.parameters(section, own).map(KeyInfo::all).orElse(List.of())) {
        if (known.contains(key.name())) {
          throw new IllegalArgumentException(
              "the class has a parameter '%s', which is a key of every class; rename it"
                  .formatted(key.name()));
        }
        known.add(key.name());
      }
      return true;
    } catch (IllegalArgumentException refusal) {
      mistakes.add(
          section.place(), (path.isEmpty() ? "" : "'" + path + "': ") + refusal.getMessage());
      return false;
    }
  }

  /** The value of a key that is there. */
  private Optional<Object> key(Entry entry, KeyInfo key, String path) {
    String keyPath = join(path, entry.key());
    Optional<Object> value = typed(entry.value(), key.type(), keyPath);
    List<?> numbers =
        value
            .filter(List.class::isInstance)
            .<List<?>>map(List.class::cast)
            .orElseGet(() -> value.<List<?>>map(List::of).orElse(List.of()));
    for (Object number : numbers) {
      String problem = number instanceof Number n ? key.outOfBounds(n.doubleValue()) : "";
      if (!problem.isEmpty()) {
        mistakes.add(entry.place(), "'%s' %s; given: %s".formatted(keyPath, problem, number));
        return Optional.empty();
      }
    }
    return value;
  }

  private void tell(ConfigNode node, String path, String problem) {
    mistakes.add(
        node.place(), (path.isEmpty() ? "the configuration " : "'" + path + "' ") + problem);
  }

  static String in(String path) {
    return path.isEmpty() ? "" : " in '" + path + "'";
  }

  static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + Objects.requireNonNull(key);
  }
}
