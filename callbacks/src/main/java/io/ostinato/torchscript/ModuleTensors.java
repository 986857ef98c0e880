package io.ostinato.torchscript;

import ai.djl.ndarray.types.DataType;
import io.ostinato.pickle.PickleReader;
import io.ostinato.pickle.Pickled;
import io.ostinato.pickle.Pickled.Global;
import io.ostinato.pickle.Pickled.Instance;
import io.ostinato.pickle.Pickled.Tensor;
import io.ostinato.pickle.TensorView;
import io.ostinato.torchscript.ModuleCode.ClassCode;
import io.ostinato.torchscript.ZipContent.Entry;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a TorchScript archive has the parameters and buffers of its module, by their names in
 * PyTorch, such as {@code conv.weight}.
 *
 * @param byName in the order of the module; several names can have the same place
 */
public record ModuleTensors(Map<String, ModuleTensor> byName) {
  private static final String DATA = "data.pkl";
  private static final String CONSTANT = "[^/]+/constants/.+";
  private static final int DEEPEST = 100;
  private static final int MOST_NAMES = 200_000;

  /**
   * A parameter or buffer.
   *
   * @param isParameter whether it is a parameter and not a buffer
   * @param entry the file in the archive that has its storage
   * @param view its elements, which are all in that file
   */
  public record ModuleTensor(String name, boolean isParameter, Entry entry, TensorView view) {}

  public ModuleTensors {
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /**
   * Reads the names and places.
   *
   * @throws IllegalArgumentException if they can't be read, or the module has no parameters or
   *     buffers; says why, with a remedy if there is one
   */
  public static ModuleTensors of(ZipContent zip) {
    List<Entry> entries = zip.entries().orElse(List.of());
    Entry data =
        entries.stream()
            .filter(entry -> entry.name().matches("[^/]+/" + DATA))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("its attributes are missing"));
    String root = data.name().substring(0, data.name().length() - DATA.length());
    checkByteOrder(zip, entries, root);
    Map<String, Entry> byName = new HashMap<>();
    entries.forEach(entry -> byName.put(entry.name(), entry));
    byte[] pickle =
        zip.contentOf(data)
            .orElseThrow(() -> new IllegalArgumentException("its attributes can't be read"));
    Walk walk = new Walk(ModuleCode.parse(CodeFiles.in(zip).byPath()), root, byName);
    walk.collect("", new PickleReader(pickle).next(), 0);
    if (walk.found.isEmpty()) {
      boolean isFrozen = entries.stream().anyMatch(entry -> entry.name().matches(CONSTANT));
      throw new IllegalArgumentException(
          isFrozen
              ? "it was frozen (torch.jit.freeze or optimize_for_inference), which turns weights"
                  + " into constants without names; save it without freezing:"
                  + " torch.jit.script(model.eval()).save(path)"
              : "it has no parameters or buffers");
    }
    return new ModuleTensors(walk.found);
  }

  private static void checkByteOrder(ZipContent zip, List<Entry> entries, String root) {
    entries.stream()
        .filter(entry -> entry.name().equals(root + "byteorder"))
        .findFirst()
        .flatMap(zip::contentOf)
        .map(order -> new String(order, StandardCharsets.US_ASCII).strip())
        .filter(order -> !order.equals("little"))
        .ifPresent(
            order -> {
              throw new IllegalArgumentException(
                  "its tensors are %s-endian; save it on a little-endian machine".formatted(order));
            });
  }

  /** Visits a module and the modules in it. */
  private static final class Walk {
    private final ModuleCode code;
    private final String root;
    private final Map<String, Entry> entries;
    private final Map<String, ModuleTensor> found = new LinkedHashMap<>();
    private int visits;

    Walk(ModuleCode code, String root, Map<String, Entry> entries) {
      this.code = code;
      this.root = root;
      this.entries = entries;
    }

    void collect(String path, Pickled module, int depth) {
      if (!(module instanceof Instance instance)) {
        return;
      }
      if (depth > DEEPEST || ++visits > MOST_NAMES) {
        throw new IllegalArgumentException(
            "it has more than %s modules, or more than %s in one another"
                .formatted(MOST_NAMES, DEEPEST));
      }
      Optional<ClassCode> type = typeOf(instance);
      instance
          .attributes()
          .forEach(
              (name, value) -> {
                if (value instanceof Tensor tensor) {
                  add(path + name, name, tensor, type);
                } else {
                  collect(path + name + ".", value, depth + 1);
                }
              });
    }

    private Optional<ClassCode> typeOf(Instance instance) {
      Global type = instance.type();
      return type == null ? Optional.empty() : code.findClass(type.toString());
    }

    /** Adds a parameter or buffer; without the code of its class, it is a parameter. */
    private void add(String path, String name, Tensor tensor, Optional<ClassCode> type) {
      boolean isBuffer = type.filter(known -> known.buffers().contains(name)).isPresent();
      boolean isOther = type.filter(known -> !known.parameters().contains(name)).isPresent();
      if (!isBuffer && isOther) {
        return; // an attribute, which no state_dict has
      }
      if (found.size() == MOST_NAMES) {
        throw new IllegalArgumentException("it has more than %s tensors".formatted(MOST_NAMES));
      }
      found.put(path, place(path, !isBuffer, tensor));
    }

    private ModuleTensor place(String path, boolean isParameter, Tensor tensor) {
      TensorView view = tensor.view();
      if (tensor.storage() == null || view == null || view.type() == DataType.UNKNOWN) {
        throw new IllegalArgumentException(
            "its tensor '%s' is of a kind that can't be replaced by weights (%s)"
                .formatted(ZipDirectory.shown(path), ZipDirectory.shown(tensor.how())));
      }
      Entry entry = entries.get(root + "data/" + tensor.storage().key());
      if (entry == null) {
        throw new IllegalArgumentException(
            "the storage of its tensor '%s' is missing".formatted(ZipDirectory.shown(path)));
      }
      if (entry.method() != ZipContent.STORED) {
        throw new IllegalArgumentException(
            "its tensor '%s' is compressed; save it with torch.jit.save"
                .formatted(ZipDirectory.shown(path)));
      }
      try {
        view.check(entry.storedBytes());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "its tensor '%s' is %s".formatted(ZipDirectory.shown(path), e.getMessage()), e);
      }
      return new ModuleTensor(path, isParameter, entry, view);
    }
  }
}
