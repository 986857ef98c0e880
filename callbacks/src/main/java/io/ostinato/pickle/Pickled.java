package io.ostinato.pickle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Python value in a pickle, reduced to what identifies the content of a PyTorch file. */
public sealed interface Pickled {

  /** The entries with string keys; empty if it is not a dict. */
  default Map<String, Pickled> entries() {
    return Map.of();
  }

  /** The attributes; empty if it is not an object. */
  default Map<String, Pickled> attributes() {
    return Map.of();
  }

  /** A value that identifies nothing, such as a fraction, None or bytes. */
  enum Other implements Pickled {
    VALUE
  }

  record Text(String value) implements Pickled {}

  /** A whole number; 1 for true and 0 for false. */
  record Whole(long value) implements Pickled {}

  /** A class or function by its module and name, such as {@code torch.FloatStorage}. */
  record Global(String module, String name) implements Pickled {
    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /**
   * A tensor or its storage.
   *
   * @param isBytes whether it has bytes or booleans, like states of random number generators
   * @param isScalar whether it has no dimensions, like metrics
   * @param storage where its elements are; null if that is unknown
   * @param view which elements of the storage it has; null for a storage, and for a tensor of a
   *     kind that isn't supported, such as a quantized one
   * @param how the function that creates it, such as {@code torch._utils._rebuild_tensor_v2}
   */
  record Tensor(
      boolean isBytes,
      boolean isScalar,
      @Nullable Storage storage,
      @Nullable TensorView view,
      String how)
      implements Pickled {

    /** A tensor whose elements can't be read. */
    static Tensor opaque(boolean isBytes, boolean isScalar, String how) {
      return new Tensor(isBytes, isScalar, null, null, how);
    }
  }

  /**
   * The memory of one or more tensors.
   *
   * @param type the class of the storage, such as {@code FloatStorage}
   * @param key the name of its file in an archive
   * @param size the number of elements; of bytes if the class is {@code UntypedStorage}
   */
  record Storage(String type, String key, long size) {
    /** The size in bytes; -1 if the type is unknown, or the size is impossible. */
    public long sizeBytes() {
      int width = TorchObjects.widthOf(type);
      return width < 0 || size < 0 || size > Integer.MAX_VALUE ? -1 : size * width;
    }
  }

  /** A list, tuple or set. */
  final class Items implements Pickled {
    private final List<Pickled> values;

    Items(List<Pickled> values) {
      this.values = new ArrayList<>(values);
    }

    void add(List<Pickled> more) {
      values.addAll(more);
    }

    public List<Pickled> values() {
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

    @Override
    public Map<String, Pickled> entries() {
      return Collections.unmodifiableMap(values);
    }
  }

  /** An object with its attributes, and its entries if it is also a dict. */
  final class Instance implements Pickled {
    private final @Nullable Global type;
    private final Mapping items = new Mapping();
    private Pickled state = Other.VALUE;

    Instance(@Nullable Global type) {
      this.type = type;
    }

    void build(Pickled attributes) {
      state = attributes;
    }

    /** Its class, or the function that creates it; null if unknown. */
    public @Nullable Global type() {
      return type;
    }

    Mapping items() {
      return items;
    }

    @Override
    public Map<String, Pickled> entries() {
      return items.entries();
    }

    @Override
    public Map<String, Pickled> attributes() {
      return state.entries();
    }

    /** Whether this has the attributes that every PyTorch module has. */
    public boolean isModule() {
      return hasThoseOfModules(attributes());
    }

    /** Whether these are the attributes of a PyTorch module. */
    static boolean hasThoseOfModules(Map<String, Pickled> attributes) {
      return attributes.keySet().containsAll(List.of("_parameters", "_modules"));
    }
  }
}
