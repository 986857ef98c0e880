package io.ostinato.jobs.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tables of all keys, as Markdown. */
public final class KeyTables {
  private final StringBuilder text = new StringBuilder();
  private final Set<Class<?>> told = new LinkedHashSet<>();

  private KeyTables() {}

  /** A table of this record, and one of each that is in it. */
  public static String of(Class<?> record, String title) {
    KeyTables tables = new KeyTables();
    tables.heading(title);
    tables.table(record);
    tables.within(record, "");
    return tables.text.toString();
  }

  private void within(Class<?> record, String path) {
    for (KeyInfo key : KeyInfo.all(record)) {
      Class<?> type = innermost(key.type());
      String keyPath = Binder.join(path, key.name());
      if (!told.add(type)) {
        continue;
      }
      if (type.isRecord()) {
        heading("`" + keyPath + "`");
        shorthand(type);
        table(type);
        within(type, keyPath);
      } else if (type.isSealed()) {
        heading("`" + keyPath + "`");
        kinds(type, keyPath);
      }
    }
  }

  private void kinds(Class<?> sealed, String path) {
    Kinds kinds = Kinds.of(sealed);
    text.append("| `kind` | | keys |\n|---|---|---|\n");
    List<Class<?>> types = new ArrayList<>(kinds.working().values());
    for (Map.Entry<String, Class<?>> kind : kinds.working().entrySet()) {
      row("`" + kind.getKey() + "`", kind.getValue());
    }
    Class<?> ofUser = kinds.ofUser();
    if (ofUser != null) {
      row("a class", ofUser);
      types.add(ofUser);
    }
    text.append('\n');
    keysOf(types);
    types.forEach(type -> within(type, path));
  }

  private void row(String name, Class<?> type) {
    List<String> keys = KeyInfo.all(type).stream().map(key -> "`" + key.name() + "`").toList();
    String description = type.getAnnotation(Kind.class).value();
    text.append("| ").append(name).append(" | ").append(escaped(description)).append(" | ");
    text.append(String.join(", ", keys)).append(" |\n");
  }

  /** One row for each key that is the same for some kinds; says which where others differ. */
  private void keysOf(List<Class<?>> types) {
    Map<String, List<String>> kindsOfRow = new LinkedHashMap<>();
    Map<String, Set<String>> rowsOfKey = new LinkedHashMap<>();
    for (Class<?> type : types) {
      for (KeyInfo key : KeyInfo.all(type)) {
        kindsOfRow.computeIfAbsent(row(key), row -> new ArrayList<>()).add(kindOf(type));
        rowsOfKey.computeIfAbsent(key.name(), name -> new LinkedHashSet<>()).add(row(key));
      }
    }
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

  private static String kindOf(Class<?> type) {
    Kind kind = type.getAnnotation(Kind.class);
    return kind == null || kind.name().isEmpty() ? "a class" : "`" + kind.name() + "`";
  }

  private void table(Class<?> record) {
    keysOf(List.of(record));
  }

  private static String row(KeyInfo key) {
    return "| `%s` | %s | %s |\n"
        .formatted(key.name(), escaped(meaning(key)), escaped(otherwise(key)));
  }

  private static String meaning(KeyInfo key) {
    Class<?> type = innermost(key.type());
    String words =
        type.isEnum()
            ? " One of "
                + String.join(", ", Scalars.words(type).stream().map("`%s`"::formatted).toList())
                + "."
            : "";
    String former =
        key.key().formerly().isEmpty() ? "" : " Also `%s`.".formatted(key.key().formerly());
    return key.meaning() + words + former;
  }

  private static String otherwise(KeyInfo key) {
    if (key.isNeeded()) {
      return "needed";
    }
    if (!key.key().otherwise().isEmpty()) {
      return key.key().otherwise();
    }
    return key.key().byDefault().isEmpty() ? "none" : "`" + key.key().byDefault() + "`";
  }

  private void shorthand(Class<?> type) {
    Shorthand shorthand = type.getAnnotation(Shorthand.class);
    if (shorthand != null) {
      text.append("The value of `").append(shorthand.value()).append("` alone will do too.\n\n");
    }
  }

  private void heading(String title) {
    text.append("### ").append(title).append("\n\n");
  }

  private static String escaped(String cell) {
    return cell.replace("|", "\\|");
  }

  private static Class<?> innermost(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return innermost(arguments[arguments.length - 1]);
    }
    return (Class<?>) type;
  }
}
