package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Items;
import io.ostinato.jobs.config.ConfigNode.Section;
import io.ostinato.jobs.config.ConfigNode.Value;
import io.ostinato.text.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An override of a key of the file: {@code callbacks.0.every_n_epochs=2}. Numbers are indices of
 * lists, counted from 0; an index equal to the length appends an entry. A key that contains dots is
 * put in quotes.
 */
final class SetOption {
  private static final Pattern STEP = Pattern.compile("\"([^\"]*)\"|([^.\"]+)");

  private final String text;
  private final Place place;
  private final Mistakes mistakes;

  SetOption(String text, Mistakes mistakes) {
    this.text = text;
    this.place = new Place("--set " + text, 0);
    this.mistakes = mistakes;
  }

  ConfigNode apply(ConfigNode root) {
    int equals = text.indexOf('=');
    List<String> path = equals < 0 ? List.of() : path(text.substring(0, equals));
    if (path.size() > YamlLimits.MOST_LEVELS) {
      mistakes.add(place, "a key can have at most 100 steps; given: " + path.size());
      return root;
    }
    if (path.isEmpty()) {
      mistakes.add(place, "expected a key and a value, for example optimizer.learning_rate=1e-3");
      return root;
    }
    ConfigNode value = YamlReader.line(place.source(), text.substring(equals + 1), mistakes);
    return replaced(root, path, 0, value);
  }

  private static List<String> path(String keys) {
    List<String> path = new ArrayList<>();
    int end = 0;
    for (Matcher step = STEP.matcher(keys); step.find(); end = step.end()) {
      if (step.start() != (path.isEmpty() ? 0 : end + 1)) {
        return List.of();
      }
      path.add(step.group(1) == null ? step.group(2) : step.group(1));
    }
    return end == keys.length() ? path : List.of();
  }

  private ConfigNode replaced(ConfigNode node, List<String> path, int depth, ConfigNode value) {
    if (depth == path.size()) {
      return value;
    }
    String step = path.get(depth);
    if (node instanceof Items list) {
      return replacedItem(list, path, depth, value);
    }
    if (node instanceof Value given && given.form() != Value.Form.NOTHING) {
      mistakes.add(
          place,
          "'%s' is %s, which has no key '%s'; to replace it, use --set '%s={%s: …}'"
              .formatted(
                  upTo(depth, path),
                  given.describe(),
                  Excerpt.of(step),
                  upTo(depth, path),
                  Excerpt.of(step)));
      return node;
    }
    Section section = node instanceof Section there ? there : new Section(place, List.of());
    ConfigNode before =
        section
            .find(step)
            .map(Entry::value)
            .orElseGet(() -> new Value(place, "", Value.Form.NOTHING));
    return section.with(new Entry(place, step, replaced(before, path, depth + 1, value)));
  }

  private ConfigNode replacedItem(Items list, List<String> path, int depth, ConfigNode value) {
    List<ConfigNode> items = new ArrayList<>(list.items());
    int index = path.get(depth).matches("\\d{1,9}") ? Integer.parseInt(path.get(depth)) : -1;
    if (index < 0 || index > items.size()) {
      mistakes.add(
          place,
          "'%s' is a list of %s; '%s' is not an index from 0 to %s"
              .formatted(
                  upTo(depth, path), items.size(), Excerpt.of(path.get(depth)), items.size()));
      return list;
    }
    if (index == items.size()) {
      items.add(new Value(place, "", Value.Form.NOTHING));
    }
    items.set(index, replaced(items.get(index), path, depth + 1, value));
    return new Items(list.place(), items);
  }

  private static String upTo(int depth, List<String> path) {
    return Excerpt.of(String.join(".", path.subList(0, depth)));
  }
}
