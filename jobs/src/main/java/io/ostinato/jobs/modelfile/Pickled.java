package io.ostinato.jobs.modelfile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Python value in a pickle, reduced to what identifies the content of a {@code torch.save} file.
 */
sealed interface Pickled {

  /** The entries with string keys; empty if it is not a dict. */
  default Map<String, Pickled> entries() {
    return Map.of();
  }

  /** The attributes; empty if it is not an object. */
  default Map<String, Pickled> attributes() {
    return Map.of();
  }

  /** A value that identifies nothing, such as a number, None or bytes. */
  enum Other implements Pickled {
    VALUE
  }

  record Text(String value) implements Pickled {}

  /** A class or function by its module and name, such as {@code torch.FloatStorage}. */
  record Global(String module, String name) implements Pickled {}

  /**
   * A tensor or its storage.
   *
   * @param isBytes whether it has bytes or booleans, like states of random number generators
   * @param isScalar whether it has no dimensions, like metrics
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

  /** A dict, reduced to its string keys. */
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

  /** An object with its attributes, and its entries if it is also a dict. */
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

    /** Whether this has the attributes that every PyTorch module has. */
    boolean isModule() {
      return hasThoseOfModules(attributes());
    }

    /** Whether these are the attributes of a PyTorch module. */
    static boolean hasThoseOfModules(Map<String, Pickled> attributes) {
      return attributes.keySet().containsAll(List.of("_parameters", "_modules"));
    }
  }
}
