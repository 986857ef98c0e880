package io.ostinato.jobs.config;

import io.ostinato.text.Excerpt;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node of a configuration as written in YAML, with its place. */
public sealed interface ConfigNode {
  Place place();

  /** A short description for messages, such as {@code a list} or the quoted value. */
  String describe();

  /** A scalar value. */
  record Value(Place place, String text, Form form) implements ConfigNode {
    /** The type of the value in YAML. */
    public enum Form {
      TEXT,
      WHOLE,
      NUMBER,
      TRUTH,
      NOTHING
    }

    @Override
    public String describe() {
      return form == Form.NOTHING ? "nothing" : "'" + Excerpt.of(text) + "'";
    }
  }

  /** A list. */
  record Items(Place place, List<ConfigNode> items) implements ConfigNode {
    public Items {
      items = List.copyOf(items);
    }

    @Override
    public String describe() {
      return "a list";
    }
  }

  /** Keys and their values, in order, without duplicate keys. */
  record Section(Place place, List<Entry> entries) implements ConfigNode {
    public Section {
      entries = List.copyOf(entries);
    }

    public Optional<Entry> find(String key) {
      return entries.stream().filter(entry -> entry.key().equals(key)).findFirst();
    }

    /** A copy of this section in which a key is added or has another value. */
    public Section with(Entry changed) {
      Map<String, Entry> byKey = new LinkedHashMap<>();
      entries.forEach(entry -> byKey.put(entry.key(), entry));
      byKey.put(changed.key(), changed);
      return new Section(place, List.copyOf(byKey.values()));
    }

    @Override
    public String describe() {
      return "a section";
    }
  }

  /** A key and its value. */
  record Entry(Place place, String key, ConfigNode value) {}

  /** This node as plain Java values: maps, lists and scalars; null if there is no value. */
  default @Nullable Object plain() {
    if (this instanceof Items list) {
      return list.items().stream().map(ConfigNode::plain).toList();
    }
    if (this instanceof Section section) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      section.entries().forEach(entry -> map.put(entry.key(), entry.value().plain()));
      return map;
    }
    Value value = (Value) this;
    return switch (value.form()) {
      case TEXT -> value.text();
      case WHOLE -> {
        BigInteger number = Numerals.whole(value.text());
        yield number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
      }
      case NUMBER -> Numerals.number(value.text());
      case TRUTH -> Boolean.valueOf(value.text());
      case NOTHING -> null;
    };
  }
}
