package io.ostinato.jobs.config;

import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.ValueType;
import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Items;
import io.ostinato.jobs.config.ConfigNode.Section;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The valid part of a configuration with mistakes, so that it can be checked in the same run:
 * invalid keys have their defaults, and invalid entries of lists are left out.
 *
 * @param bound the valid part
 * @param doubtful the keys that may have other values once all mistakes are fixed
 */
public record RightPart<T>(Bound<T> bound, Set<String> doubtful) {

  /**
   * Binds the valid part; empty if a required key or the whole configuration is invalid.
   *
   * @param binder the binder that has already bound the configuration; it keeps its values
   */
  static <T> Optional<RightPart<T>> of(ConfigNode root, Class<T> type, Binder binder) {
    if (!(root instanceof Section section)
        || !(Binder.typeOf(type) instanceof ValueType.Section whole)) {
      return Optional.empty();
    }
    Map<String, KeyInfo> known =
        whole.description().keys().stream().collect(Collectors.toMap(KeyInfo::name, key -> key));
    Set<String> doubtful = new TreeSet<>();
    Map<String, Entry> right = new LinkedHashMap<>();
    boolean isSomethingUnknown = false;
    for (Entry entry : section.entries()) {
      KeyInfo key = known.get(entry.key());
      if (key == null) {
        isSomethingUnknown = true;
        continue;
      }
      ConfigNode value = rightOf(entry, key.type(), binder);
      if (value != entry.value()) {
        doubtful.add(entry.key());
      }
      Entry kept = new Entry(entry.place(), entry.key(), value);
      if (key.isRequired() || binder.key(kept, key, "").isPresent()) {
        right.put(entry.key(), kept);
      } else {
        doubtful.add(entry.key());
      }
    }
    if (isSomethingUnknown) { // which may be a misspelling of any absent key
      known.keySet().stream().filter(key -> !right.containsKey(key)).forEach(doubtful::add);
    }
    return binder
        .bind(new Section(section.place(), List.copyOf(right.values())), type)
        .map(bound -> new RightPart<>(bound, doubtful));
  }

  /** The node without invalid list entries; the same node if all are valid. */
  private static ConfigNode rightOf(Entry entry, ValueType type, Binder binder) {
    if (!(entry.value() instanceof Items list && type instanceof ValueType.ListOf of)) {
      return entry.value();
    }
    List<ConfigNode> right = new ArrayList<>();
    for (int i = 0; i < list.items().size(); i++) {
      ConfigNode item = list.items().get(i);
      if (binder
          .typed(item, of.element(), Binder.join(entry.key(), Integer.toString(i)))
          .isPresent()) {
        right.add(item);
      }
    }
    return right.size() == list.items().size() ? list : new Items(list.place(), right);
  }
}
