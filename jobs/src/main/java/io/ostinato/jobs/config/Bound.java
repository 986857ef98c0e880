package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Section;
import java.util.Map;
import java.util.Objects;

/**
 * A configuration as records.
 *
 * @param value all of it
 * @param sections where each record was written, by identity
 */
public record Bound<T>(T value, Map<Object, Section> sections) {

  /** The place of a record of this configuration; that of the whole for what has none. */
  public Place placeOf(Object record) {
    Section section = sections.get(record);
    Section whole = Objects.requireNonNull(sections.get(value), "the record of the whole");
    return section == null ? whole.place() : section.place();
  }

  /** The place of a key of a record, or that of the record where the key was left out. */
  public Place placeOf(Object record, String key) {
    Section section = sections.get(record);
    return section == null
        ? placeOf(record)
        : section.find(key).map(ConfigNode.Entry::place).orElse(section.place());
  }
}
