package io.ostinato.jobs.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Writes records as the configuration that gives them again, with all defaults in it. */
public final class Resolved {
  private Resolved() {}

  /** YAML, without these keys of the record itself. */
  public static String yaml(Object record, Set<String> without) {
    Map<String, Object> keys = new LinkedHashMap<>(section(record));
    keys.keySet().removeAll(without);
    return new Dump(
            DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setDumpComments(false)
                .build())
        .dumpToString(keys);
  }

  /** Each single value by its path, as in {@code optimizer.learning_rate.value}. */
  public static Map<String, String> flat(Object record) {
    Map<String, String> flat = new LinkedHashMap<>();
    flatten("", section(record), flat);
    return flat;
  }

  private static void flatten(String path, @Nullable Object value, Map<String, String> into) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, child) -> flatten(Binder.join(path, String.valueOf(key)), child, into));
    } else if (value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)) {
      for (int i = 0; i < list.size(); i++) {
        flatten(Binder.join(path, Integer.toString(i)), list.get(i), into);
      }
    } else if (value != null) {
      into.put(path, value.toString());
    }
  }

  private static Map<String, Object> section(Object record) {
    Map<String, Object> keys = new LinkedHashMap<>();
    Kind kind = record.getClass().getAnnotation(Kind.class);
    if (kind != null && !kind.name().isEmpty()) {
      keys.put(Kinds.KIND, kind.name());
    }
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = valueOf(component, record);
      boolean isAmongThese =
          component.isAnnotationPresent(Inline.class)
              || component.isAnnotationPresent(OwnKeys.class);
      if (isAmongThese && value != null) {
        keys.putAll(section(value));
      } else if (value != null && !isLeftOut(component, value)) {
        keys.put(KeyInfo.snakeCase(component.getName()), plain(value));
      }
    }
    return keys;
  }

  /** An optional list or map without anything says no more than none. */
  private static boolean isLeftOut(RecordComponent component, Object value) {
    Key key = component.getAnnotation(Key.class);
    boolean isEmpty =
        value instanceof List<?> list && list.isEmpty()
            || value instanceof Map<?, ?> map && map.isEmpty();
    return isEmpty && key != null && key.optional();
  }

  private static Object plain(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(Resolved::plain).toList();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, child) -> copy.put(String.valueOf(key), plain(child)));
      return copy;
    }
    if (value instanceof Enum<?> constant) {
      return Scalars.word(constant);
    }
    if (value instanceof ByteSize || value instanceof RunId) {
      return value.toString();
    }
    return value.getClass().isRecord() ? section(value) : value;
  }

  private static @Nullable Object valueOf(RecordComponent component, Object record) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(component + " can't be read", e);
    }
  }
}
