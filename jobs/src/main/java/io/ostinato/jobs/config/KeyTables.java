package io.ostinato.jobs.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
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

  /** One row for each key that some kinds have in common. */
  private void keysOf(List<Class<?>> types) {
    Set<String> rows = new LinkedHashSet<>();
    types.forEach(type -> KeyInfo.all(type).forEach(key -> rows.add(row(key))));
    if (!rows.isEmpty()) {
      text.append("| key | | default |\n|---|---|---|\n");
      rows.forEach(text::append);
      text.append('\n');
    }
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
    return key.key().value() + words;
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
