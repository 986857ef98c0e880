package io.ostinato.jobs.config;

import io.ostinato.describe.Description;
import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.Kinds;
import io.ostinato.describe.Kinds.OneKind;
import io.ostinato.describe.Shorthand;
import io.ostinato.describe.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Generates tables of keys in Markdown. */
public final class KeyTables {
  private final StringBuilder text = new StringBuilder();
  private final Set<Class<?>> told = new LinkedHashSet<>();

  private KeyTables() {}

  /** A table of a type's keys, followed by a table for each section within it. */
  public static String of(Class<?> type, String title) {
    KeyTables tables = new KeyTables();
    Description whole = Description.of(type);
    tables.heading(title);
    tables.keysOf(whole);
    tables.within(whole, "");
    return tables.text.toString();
  }

  /** A table of a type's keys, without tables of the sections within it. */
  public static String ofKeys(Class<?> type) {
    KeyTables tables = new KeyTables();
    tables.keysOf(Description.of(type));
    return tables.text.toString().strip() + "\n";
  }

  /** A table of the keys of some kinds, without tables of the sections within them. */
  public static String ofKinds(List<OneKind> kinds) {
    KeyTables tables = new KeyTables();
    tables.keysOf(kinds);
    return tables.text.toString().strip() + "\n";
  }

  private void within(Description description, String path) {
    for (KeyInfo key : description.keys()) {
      ValueType type = innermost(key.type());
      String keyPath = Binder.join(path, key.name());
      if (type instanceof ValueType.Section section && told.add(section.type())) {
        heading("`" + keyPath + "`");
        shorthand(section.type());
        keysOf(section.description());
        within(section.description(), keyPath);
      } else if (type instanceof ValueType.Choice choice && told.add(choice.kinds().type())) {
        heading("`" + keyPath + "`");
        kinds(choice.kinds(), keyPath);
      }
    }
  }

  private void kinds(Kinds kinds, String path) {
    text.append("| `kind` | | keys |\n|---|---|---|\n");
    List<OneKind> all = new ArrayList<>(kinds.named());
    kinds.ofUser().ifPresent(all::add);
    for (OneKind kind : all) {
      List<String> keys =
          kind.description().keys().stream().map(key -> "`" + key.name() + "`").toList();
      text.append(
          "| %s | %s | %s |\n"
              .formatted(nameOf(kind), escaped(kind.kind().value()), String.join(", ", keys)));
    }
    text.append('\n');
    keysOf(all);
    all.forEach(kind -> within(kind.description(), path));
  }

  private void keysOf(Description description) {
    keys(Map.of("", description.keys()));
  }

  private void keysOf(List<OneKind> kinds) {
    Map<String, List<KeyInfo>> keys = new LinkedHashMap<>();
    kinds.forEach(kind -> keys.put(nameOf(kind), kind.description().keys()));
    keys(keys);
  }

  /** One row for each key; keys that differ between kinds have several rows that name the kinds. */
  private void keys(Map<String, List<KeyInfo>> keysByKind) {
    Map<String, List<String>> kindsOfRow = new LinkedHashMap<>();
    Map<String, Set<String>> rowsOfKey = new LinkedHashMap<>();
    keysByKind.forEach(
        (kind, keys) ->
            keys.forEach(
                key -> {
                  kindsOfRow.computeIfAbsent(row(key), row -> new ArrayList<>()).add(kind);
                  rowsOfKey
                      .computeIfAbsent(key.name(), name -> new LinkedHashSet<>())
                      .add(row(key));
                }));
    if (kindsOfRow.isEmpty()) {
      return;
    }
    text.append("| key | | default |\n|---|---|---|\n");
    rowsOfKey.forEach(
        (name, rows) ->
            rows.forEach(
                row ->
                    text.append("| `%s`".formatted(name))
                        .append(
                            rows.size() == 1
                                ? ""
                                : " of "
                                    + String.join(", ", kindsOfRow.getOrDefault(row, List.of())))
                        .append(row.substring(row.indexOf(" |")))));
    text.append('\n');
  }

  private static String nameOf(OneKind kind) {
    return kind.name().isEmpty() ? "a class" : "`" + kind.name() + "`";
  }

  private static String row(KeyInfo key) {
    return "| `%s` | %s | %s |\n"
        .formatted(key.name(), escaped(meaning(key)), escaped(otherwise(key)));
  }

  private static String meaning(KeyInfo key) {
    String words =
        innermost(key.type()) instanceof ValueType.Word word
            ? " One of "
                + String.join(", ", word.words().stream().map("`%s`"::formatted).toList())
                + "."
            : "";
    String former =
        key.key().formerly().isEmpty() ? "" : " Also `%s`.".formatted(key.key().formerly());
    return key.meaning() + words + former;
  }

  private static String otherwise(KeyInfo key) {
    if (key.isRequired()) {
      return "required";
    }
    if (!key.key().otherwise().isEmpty()) {
      return key.key().otherwise();
    }
    return key.hasDefault() ? "`" + key.key().byDefault() + "`" : "none";
  }

  private void shorthand(Class<?> type) {
    Shorthand shorthand = type.getAnnotation(Shorthand.class);
    if (shorthand != null) {
      text.append("Short form: the value of `").append(shorthand.value()).append("` alone.\n\n");
    }
  }

  private void heading(String title) {
    text.append("### ").append(title).append("\n\n");
  }

  private static String escaped(String cell) {
    return cell.replace("|", "\\|");
  }

  private static ValueType innermost(ValueType type) {
    if (type instanceof ValueType.ListOf list) {
      return innermost(list.element());
    }
    return type instanceof ValueType.MapOf map ? innermost(map.element()) : type;
  }
}
