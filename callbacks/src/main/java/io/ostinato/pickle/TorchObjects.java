package io.ostinato.pickle;

import ai.djl.ndarray.types.DataType;
import io.ostinato.pickle.Pickled.Global;
import io.ostinato.pickle.Pickled.Instance;
import io.ostinato.pickle.Pickled.Items;
import io.ostinato.pickle.Pickled.Mapping;
import io.ostinato.pickle.Pickled.Storage;
import io.ostinato.pickle.Pickled.Tensor;
import io.ostinato.pickle.Pickled.Text;
import io.ostinato.pickle.Pickled.Whole;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the calls in a pickle of PyTorch create; none of them is run. */
final class TorchObjects {
  private static final Set<String> MAPPINGS = Set.of("OrderedDict", "defaultdict", "dict");
  private static final int MOST_ARGUMENTS = 16;
  private static final String UNTYPED = "UntypedStorage";
  private static final String STORAGE = "Storage";

  /** The arguments of the functions that create a tensor: storage, offset, shape, strides, … */
  private static final int OFFSET = 1;

  private static final int SHAPE = 2;
  private static final int STRIDES = 3;
  private static final int TYPE = 6;

  /** The functions that create a tensor of the elements of a storage. */
  private static final Set<String> PLAIN =
      Set.of("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3");

  /** The functions that create a parameter of a tensor, their first argument. */
  private static final Set<String> WRAPPING =
      Set.of("_rebuild_parameter", "_rebuild_parameter_with_state");

  /** A function that calls another one, its first argument, with the third one. */
  private static final String CALLING = "_rebuild_from_type_v2";

  private static final Map<String, DataType> OF_STORAGES =
      Map.of(
          "Float", DataType.FLOAT32,
          "Double", DataType.FLOAT64,
          "Half", DataType.FLOAT16,
          "BFloat16", DataType.BFLOAT16,
          "Long", DataType.INT64,
          "Int", DataType.INT32,
          "Short", DataType.INT16,
          "Char", DataType.INT8,
          "Byte", DataType.UINT8,
          "Bool", DataType.BOOLEAN);

  private static final Map<String, DataType> OF_NAMES =
      Map.of(
          "half",
          DataType.FLOAT16,
          "float",
          DataType.FLOAT32,
          "double",
          DataType.FLOAT64,
          "bool",
          DataType.BOOLEAN);

  /** The bytes of an element of storages whose elements DJL doesn't have. */
  private static final Map<String, Integer> OTHER_WIDTHS =
      Map.of(
          UNTYPED,
          1,
          "ComplexFloatStorage",
          8,
          "ComplexDoubleStorage",
          16,
          "QInt8Storage",
          1,
          "QUInt8Storage",
          1,
          "QInt32Storage",
          4);

  private TorchObjects() {}

  /** The bytes of an element of a storage; -1 if its type is unknown. */
  static int widthOf(String storage) {
    DataType type = typeOf(storage);
    return type == DataType.UNKNOWN ? OTHER_WIDTHS.getOrDefault(storage, -1) : type.getNumOfBytes();
  }

  /** The result of a call: for PyTorch's functions that take a tensor or its storage, a tensor. */
  static Pickled made(Pickled callee, Pickled arguments) {
    List<Pickled> given = few(arguments);
    if (callee instanceof Global global) {
      if (MAPPINGS.contains(global.name())) {
        return mapping(pairs(callee, arguments));
      }
      if (global.name().startsWith("_rebuild_") && global.module().startsWith("torch.")) {
        return tensor(global, given);
      }
    }
    return instance(callee instanceof Global type ? Optional.of(type) : Optional.empty(), given);
  }

  /** The first of the arguments: no call has more, and all calls can have the same long list. */
  private static List<Pickled> few(Pickled arguments) {
    List<Pickled> all = arguments instanceof Items items ? items.values() : List.of();
    return all.subList(0, Math.min(all.size(), MOST_ARGUMENTS));
  }

  /** The pairs of which a call creates a dict, as Python 2 writes it; empty for other calls. */
  static List<Pickled> pairs(Pickled callee, Pickled arguments) {
    return callee instanceof Global global
            && MAPPINGS.contains(global.name())
            && arguments instanceof Items given
            && given.values().size() == 1
            && given.values().get(0) instanceof Items pairs
        ? pairs.values()
        : List.of();
  }

  private static Mapping mapping(List<Pickled> pairs) {
    Mapping mapping = new Mapping();
    for (Pickled each : pairs) {
      if (each instanceof Items pair && pair.values().size() == 2) {
        mapping.put(pair.values().get(0), pair.values().get(1));
      }
    }
    return mapping;
  }

  /** A storage by its type; in old files a class with its source, or a tensor by its number. */
  static Pickled persistent(Pickled id) {
    if (!(id instanceof Items items) || items.values().size() < 2) {
      return Tensor.opaque(false, false, "a tensor in another file");
    }
    List<Pickled> values = items.values();
    Pickled type = values.get(1);
    if (textOf(values.get(0)).equals("module")) {
      return type;
    }
    String name = type instanceof Global global ? global.name() : "";
    boolean isBytes = name.equals("ByteStorage") || name.equals("BoolStorage");
    boolean isWhole =
        values.size() == 5 || (values.size() == 6 && !(values.get(5) instanceof Items));
    if (!isWhole || !(values.get(4) instanceof Whole size)) {
      return Tensor.opaque(isBytes, false, "a view of a storage");
    }
    return new Tensor(
        isBytes, false, new Storage(name, textOf(values.get(2)), size.value()), null, name);
  }

  static String textOf(Pickled value) {
    return value instanceof Text text ? text.value() : "";
  }

  /** A new object. Functions that create a module, such as torch.fx's, receive its attributes. */
  private static Instance instance(Optional<Global> type, List<Pickled> arguments) {
    Instance instance = new Instance(type.orElse(null));
    arguments.stream()
        .filter(each -> Instance.hasThoseOfModules(each.entries()))
        .findFirst()
        .ifPresent(instance::build);
    return instance;
  }

  private static Tensor tensor(Global function, List<Pickled> arguments) {
    if (function.name().equals(CALLING)
        && arguments.size() > SHAPE
        && arguments.get(0) instanceof Global inner
        && arguments.get(SHAPE) instanceof Items given) {
      return tensor(inner, few(given));
    }
    for (Pickled each : arguments) {
      if (each instanceof Tensor tensor) {
        boolean isScalar = tensor.isScalar() || isScalar(arguments);
        if (WRAPPING.contains(function.name())) {
          return new Tensor(
              tensor.isBytes(), isScalar, tensor.storage(), tensor.view(), tensor.how());
        }
        return view(function, tensor, arguments)
            .map(
                view ->
                    new Tensor(
                        tensor.isBytes(), isScalar, tensor.storage(), view, function.toString()))
            .orElseGet(() -> Tensor.opaque(tensor.isBytes(), isScalar, function.toString()));
      }
    }
    return Tensor.opaque(false, false, function.toString());
  }

  /** Whether the shape is empty, in the arguments storage, offset, shape and strides. */
  private static boolean isScalar(List<Pickled> arguments) {
    return arguments.size() > SHAPE
        && arguments.get(SHAPE) instanceof Items shape
        && shape.values().isEmpty();
  }

  private static Optional<TensorView> view(
      Global function, Tensor storage, List<Pickled> arguments) {
    Storage memory = storage.storage();
    if (!PLAIN.contains(function.name())
        || memory == null
        || arguments.size() <= STRIDES
        || arguments.get(0) != storage
        || hasMarks(arguments)
        || !(arguments.get(OFFSET) instanceof Whole offset)) {
      return Optional.empty();
    }
    Optional<List<Long>> sizes = numbers(arguments.get(SHAPE));
    Optional<List<Long>> strides = numbers(arguments.get(STRIDES));
    return sizes.isEmpty() || strides.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TensorView(type(memory, arguments), offset.value(), sizes.get(), strides.get()));
  }

  /** Whether it is marked, for example as negated: its elements aren't those of the storage. */
  private static boolean hasMarks(List<Pickled> arguments) {
    return arguments.stream()
        .skip(TYPE)
        .anyMatch(each -> each instanceof Mapping marks && !marks.entries().isEmpty());
  }

  private static DataType type(Storage storage, List<Pickled> arguments) {
    if (storage.type().equals(UNTYPED)) {
      boolean isNamed = arguments.size() > TYPE && arguments.get(TYPE) instanceof Global;
      return isNamed ? named(((Global) arguments.get(TYPE)).name()) : DataType.UNKNOWN;
    }
    return typeOf(storage.type());
  }

  private static DataType typeOf(String storage) {
    return storage.endsWith(STORAGE)
        ? OF_STORAGES.getOrDefault(
            storage.substring(0, storage.length() - STORAGE.length()), DataType.UNKNOWN)
        : DataType.UNKNOWN;
  }

  private static DataType named(String name) {
    try {
      return OF_NAMES.containsKey(name)
          ? OF_NAMES.get(name)
          : DataType.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return DataType.UNKNOWN; // such as float8_e4m3fn
    }
  }

  private static Optional<List<Long>> numbers(Pickled value) {
    if (!(value instanceof Items items)
        || items.values().size() > TensorView.MOST_DIMENSIONS
        || !items.values().stream().allMatch(Whole.class::isInstance)) {
      return Optional.empty();
    }
    return Optional.of(items.values().stream().map(each -> ((Whole) each).value()).toList());
  }
}
