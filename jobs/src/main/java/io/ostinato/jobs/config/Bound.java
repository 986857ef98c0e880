package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Section;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * A configuration as Java values.
 *
 * @param value all of it
 * @param written the configuration that makes it again, with all defaults
 * @param sections where each value was written, by identity
 */
public record Bound<T>(T value, Map<String, Object> written, Map<Object, Section> sections) {

  /** The place of a value of this configuration; that of the whole if it has none. */
  public Place placeOf(Object part) {
    Section section = sections.get(part);
    Section whole = Objects.requireNonNull(sections.get(value), "the section of the whole");
    return section == null ? whole.place() : section.place();
  }

  /** The place of a key of a value, or that of the value if the key was left out. */
  public Place placeOf(Object part, String key) {
    Section section = sections.get(part);
    return section == null
        ? placeOf(part)
        : section.find(key).map(ConfigNode.Entry::place).orElse(section.place());
  }

  /** YAML that makes the same configuration again, without these keys. */
  public String yaml(Set<String> without) {
    Map<String, Object> keys = new LinkedHashMap<>(written);
    keys.keySet().removeAll(without);
    return new Dump(
            DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setDumpComments(false)
                .build())
        .dumpToString(keys);
  }

  /** Each single value by its path, as in {@code optimizer.learning_rate.value}. */
  public Map<String, String> flat() {
    Map<String, String> flat = new LinkedHashMap<>();
    flatten("", written, flat);
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
}
