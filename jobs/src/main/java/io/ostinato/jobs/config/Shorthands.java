package io.ostinato.jobs.config;

import io.ostinato.describe.Kinds;
import io.ostinato.describe.Kinds.OneKind;
import io.ostinato.describe.Shorthand;
import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Section;
import io.ostinato.jobs.config.ConfigNode.Value;
import java.util.List;

/** Expands single values that stand for a section. */
final class Shorthands {
  private Shorthands() {}

  /** The section that a value stands for if its type has a {@link Shorthand}; else the node. */
  static ConfigNode expanded(ConfigNode node, Class<?> type) {
    Shorthand shorthand = type.getAnnotation(Shorthand.class);
    return shorthand == null || node instanceof Section
        ? node
        : new Section(node.place(), List.of(new Entry(node.place(), shorthand.value(), node)));
  }

  /** Expands short forms: a word alone is a kind; another value is that of the kind's main key. */
  static ConfigNode expanded(ConfigNode node, Kinds kinds) {
    if (!(node instanceof Value value) || value.form() == Value.Form.NOTHING) {
      return node;
    }
    OneKind shorthand = kinds.shorthand().orElse(null);
    Place place = node.place();
    if (kinds.find(value.text()).isPresent()
        || shorthand == null
        || value.form() == Value.Form.TEXT) {
      return new Section(place, List.of(new Entry(place, Kinds.KIND, node)));
    }
    return new Section(
        place,
        List.of(
            new Entry(place, Kinds.KIND, new Value(place, shorthand.name(), Value.Form.TEXT)),
            new Entry(place, shorthand.shorthand(), node)));
  }
}
