package io.ostinato.jobs.modelfile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of Python's in a pickle, as far as it tells what a file of {@code torch.save} has. */
sealed interface Pickled {

  /** What it has by keys that are text; nothing where it is no dict. */
  default Map<String, Pickled> entries() {
    return Map.of();
  }

  /** Those of its object, where it is one. */
  default Map<String, Pickled> attributes() {
    return Map.of();
  }

  /** What tells nothing: numbers, None, bytes and the like. */
  enum Other implements Pickled {
    VALUE
  }

  record Text(String value) implements Pickled {}

  /** A class or function by its module and name, as in {@code torch.FloatStorage}. */
  record Global(String module, String name) implements Pickled {}

  /**
   * A tensor, or what it is made of.
   *
   * @param isBytes whether it has bytes or truth values, as the states of random numbers have
   * @param isScalar whether it has no dimension, as metrics have none
   */
  record Tensor(boolean isBytes, boolean isScalar) implements Pickled {}

  /** A list, tuple or set. */
  final class Items implements Pickled {
    private final List<Pickled> values;

    Items(List<Pickled> values) {
      this.values = new ArrayList<>(values);
    }

    void add(List<Pickled> more) {
      values.addAll(more);
    }

    List<Pickled> values() {
      return Collections.unmodifiableList(values);
    }
  }

  /** A dict, by its keys that are text; others are left out. */
  final class Mapping implements Pickled {
    private final Map<String, Pickled> values = new LinkedHashMap<>();

    void put(Pickled key, Pickled value) {
      if (key instanceof Text text) {
        values.put(text.value(), value);
      }
    }

    Map<String, Pickled> values() {
      return Collections.unmodifiableMap(values);
    }

    @Override
    public Map<String, Pickled> entries() {
      return values();
    }
  }

  /** An object of some class, with its attributes and, of what is a dict too, its keys. */
  final class Instance implements Pickled {
    private final Mapping items = new Mapping();
    private Pickled state = Other.VALUE;

    void build(Pickled attributes) {
      state = attributes;
    }

    Mapping items() {
      return items;
    }

    @Override
    public Map<String, Pickled> entries() {
      return items.values();
    }

    @Override
    public Map<String, Pickled> attributes() {
      return state.entries();
    }

    /** What every module has, whatever its class is. */
    boolean isModule() {
      return hasThoseOfModules(attributes());
    }

    /** Whether these are the attributes of a module. */
    static boolean hasThoseOfModules(Map<String, Pickled> attributes) {
      return attributes.keySet().containsAll(List.of("_parameters", "_modules"));
    }
  }
}
