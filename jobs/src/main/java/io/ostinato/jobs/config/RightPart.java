package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Items;
import io.ostinato.jobs.config.ConfigNode.Section;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is right of a configuration in which something is wrong, so that it can be checked together
 * with it: keys that are wrong have their defaults, and entries of lists that are wrong are left
 * out.
 *
 * @param doubtful the keys that may have another value once everything is right
 */
public record RightPart<T>(Bound<T> bound, Set<String> doubtful) {

  /** None where a key that is needed is wrong, or all of it. */
  static <T> Optional<RightPart<T>> of(ConfigNode root, Class<T> type) {
    if (!(root instanceof Section section)) {
      return Optional.empty();
    }
    Map<String, KeyInfo> known =
        KeyInfo.all(type).stream().collect(Collectors.toMap(KeyInfo::name, key -> key));
    Set<String> doubtful = new TreeSet<>();
    Map<String, Entry> right = new LinkedHashMap<>();
    boolean isSomethingUnknown = false;
    for (Entry entry : section.entries()) {
      KeyInfo key = known.get(entry.key());
      if (key == null) {
        isSomethingUnknown = true;
        continue;
      }
      ConfigNode value = rightOf(entry.value(), key.type());
      if (value != entry.value()) {
        doubtful.add(entry.key());
      }
      if (isRight(value, key.type()) || key.isNeeded()) {
        right.put(entry.key(), new Entry(entry.place(), entry.key(), value));
      } else {
        doubtful.add(entry.key());
      }
    }
    if (isSomethingUnknown) { // which may stand for any that isn't there
      known.keySet().stream().filter(key -> !right.containsKey(key)).forEach(doubtful::add);
    }
    return new Binder(new Mistakes())
        .bind(new Section(section.place(), List.copyOf(right.values())), type)
        .map(bound -> new RightPart<>(bound, doubtful));
  }

  /** The same node where nothing of it is left out. */
  private static ConfigNode rightOf(ConfigNode node, Type type) {
    if (!(node instanceof Items list
        && type instanceof ParameterizedType generic
        && generic.getRawType() == List.class)) {
      return node;
    }
    List<ConfigNode> right = new ArrayList<>(list.items());
    right.removeIf(item -> !isRight(item, generic.getActualTypeArguments()[0]));
    return right.size() == list.items().size() ? node : new Items(list.place(), right);
  }

  private static boolean isRight(ConfigNode node, Type type) {
    Mistakes mistakes = new Mistakes();
    return new Binder(mistakes).typed(node, type, "").isPresent() && mistakes.isEmpty();
  }
}
