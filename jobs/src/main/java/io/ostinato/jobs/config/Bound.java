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
 * A configuration converted to Java values.
 *
 * @param value the whole configuration
 * @param written the plain configuration that yields this value, with all defaults filled in
 * @param sections the section that each value was converted from, by identity
 */
public record Bound<T>(T value, Map<String, Object> written, Map<Object, Section> sections) {

  /** The place of a value in the configuration; the place of the whole if the value has none. */
  public Place placeOf(Object part) {
    Section section = sections.get(part);
    Section whole = Objects.requireNonNull(sections.get(value), "the section of the whole");
    return section == null ? whole.place() : section.place();
  }

  /** The place of a key of a value, or the place of the value if the key is absent. */
  public Place placeOf(Object part, String key) {
    Section section = sections.get(part);
    return section == null
        ? placeOf(part)
        : section.find(key).map(ConfigNode.Entry::place).orElse(section.place());
  }

  /** This configuration as YAML, with all defaults filled in, without the given keys. */
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

  /** All scalar values by their paths, such as {@code optimizer.learning_rate.value}. */
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
