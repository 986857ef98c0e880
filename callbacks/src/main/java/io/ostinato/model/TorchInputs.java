package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.jni.IValue;
import io.ostinato.torchscript.ModuleInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Arranges arrays as the parameters of a module's method expect them. */
final class TorchInputs {
  private TorchInputs() {}

  /** What is passed for one parameter. */
  sealed interface Argument {
    /**
     * Converts to libtorch's value, which the caller closes.
     *
     * @param valueOf converts one array
     */
    IValue toValue(Function<NDArray, IValue> valueOf);
  }

  private record One(NDArray array) implements Argument {
    @Override
    public IValue toValue(Function<NDArray, IValue> valueOf) {
      return valueOf.apply(array);
    }
  }

  /** The default of a parameter, or None. */
  private record Preset(ModuleInput parameter) implements Argument {
    @Override
    public IValue toValue(Function<NDArray, IValue> valueOf) {
      Object value = parameter.preset();
      if (parameter.isOptional() && !parameter.isPresetKnown()) {
        throw new IllegalArgumentException(
            "the default of the module's input '%s' is not a plain value, so it can only be left out together with all inputs after it"
                .formatted(parameter));
      } else if (value instanceof Boolean b) {
        return IValue.from(b);
      } else if (value instanceof Double n) {
        return parameter.type().contains("int") ? IValue.from(n.longValue()) : IValue.from(n);
      }
      return value instanceof String text ? IValue.from(text) : TorchNone.create();
    }
  }

  private record Several(ModuleInput parameter, Map<String, NDArray> parts) implements Argument {
    @Override
    public IValue toValue(Function<NDArray, IValue> valueOf) {
      Map<String, IValue> values = new LinkedHashMap<>();
      try {
        parts.forEach((name, array) -> values.put(name, valueOf.apply(array)));
        if (parameter.isDict()) {
          return IValue.stringIValueMapFrom(values);
        }
        IValue[] inOrder = values.values().toArray(IValue[]::new);
        return parameter.isTuple() ? IValue.tupleFrom(inOrder) : IValue.listFrom(inOrder);
      } finally {
        values.values().forEach(IValue::close);
      }
    }
  }

  /**
   * Arranges arrays by position; all of them are for the dict, list or tuple if it alone takes
   * tensors.
   *
   * @param parameters those of the method; empty if unknown
   * @throws IllegalArgumentException if arrays of a dict have no name, or two have the same
   */
  static List<Argument> ofList(List<ModuleInput> parameters, NDList arrays) {
    Optional<ModuleInput> ofAll = ModuleInput.ofAllTensors(parameters);
    return ofAll.isEmpty()
        ? arrays.stream().<Argument>map(One::new).toList()
        : withPresets(ofAll.get(), allOf(ofAll.get(), arrays), parameters);
  }

  private static Argument allOf(ModuleInput all, NDList arrays) {
    Map<String, NDArray> parts = new LinkedHashMap<>();
    for (int i = 0; i < arrays.size(); i++) {
      String name = all.isDict() ? arrays.get(i).getName() : Integer.toString(i);
      if (name == null || parts.put(name, arrays.get(i)) != null) {
        throw new IllegalArgumentException(
            "the module takes a dict (%s), so each input needs a name of its own; given: %s"
                .formatted(all, arrays.stream().map(NDArray::getName).toList()));
      }
    }
    return several(all, parts);
  }

  /** One argument, and the defaults of the parameters before it; those after it are left out. */
  private static List<Argument> withPresets(
      ModuleInput one, Argument argument, List<ModuleInput> parameters) {
    List<Argument> arguments = new ArrayList<>();
    parameters.subList(0, parameters.indexOf(one)).forEach(each -> arguments.add(new Preset(each)));
    arguments.add(argument);
    return arguments;
  }

  /**
   * Arranges arrays by name; see {@link EvaluationModel#outputs(Map)}.
   *
   * @throws IllegalArgumentException if an input is missing or unknown; lists the parameters
   */
  static List<Argument> ofNames(List<ModuleInput> parameters, Map<String, NDArray> inputs) {
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException(
          "the module's code can't be read, so the inputs %s can't be passed by name; give them by position"
              .formatted(inputs.keySet()));
    }
    Optional<ModuleInput> ofAll = ModuleInput.ofAllTensors(parameters);
    if (ofAll.isPresent()
        && parameters.stream()
            .noneMatch(each -> inputs.keySet().stream().anyMatch(name -> isOf(each, name)))) {
      return withPresets(ofAll.get(), several(ofAll.get(), inputs), parameters);
    }
    Set<String> unknown = new TreeSet<>(inputs.keySet());
    parameters.forEach(parameter -> unknown.removeIf(name -> isOf(parameter, name)));
    if (!unknown.isEmpty()) {
      throw refuse("has no input '%s'".formatted(String.join("', '", unknown)), parameters, inputs);
    }
    int end = parameters.size();
    while (end > 0 && isLeftToModule(parameters.get(end - 1), inputs)) {
      end--;
    }
    return parameters.subList(0, end).stream()
        .map(parameter -> argument(parameter, parameters, inputs))
        .toList();
  }

  private static boolean isLeftToModule(ModuleInput parameter, Map<String, NDArray> inputs) {
    return parameter.isOptional()
        && inputs.keySet().stream().noneMatch(name -> isOf(parameter, name));
  }

  private static Argument argument(
      ModuleInput parameter, List<ModuleInput> parameters, Map<String, NDArray> inputs) {
    NDArray whole = inputs.get(parameter.name());
    Map<String, NDArray> parts = new LinkedHashMap<>();
    String before = parameter.name() + ".";
    inputs.forEach(
        (name, array) -> {
          if (name.startsWith(before)) {
            parts.put(name.substring(before.length()), array);
          }
        });
    if (whole == null && parts.isEmpty()) {
      if (!parameter.canBeLeftOut()) {
        throw refuse("requires the input '%s'".formatted(parameter.name()), parameters, inputs);
      }
      return new Preset(parameter);
    }
    boolean fits =
        whole == null ? parameter.isContainer() : parts.isEmpty() && parameter.isTensor();
    if (!fits) {
      throw refuse("takes '%s' in another form".formatted(parameter.name()), parameters, inputs);
    }
    return whole == null ? several(parameter, parts) : new One(whole);
  }

  /** The entries of a dict, or those of a list or a tuple by their positions. */
  private static Argument several(ModuleInput parameter, Map<String, NDArray> given) {
    if (parameter.isDict()) {
      return new Several(parameter, given);
    }
    Map<String, NDArray> inOrder = new LinkedHashMap<>();
    int size = parameter.isTuple() ? parameter.tupleSize() : given.size();
    for (int i = 0; i < size; i++) {
      NDArray array = given.get(Integer.toString(i));
      if (array != null) {
        inOrder.put(Integer.toString(i), array);
      }
    }
    if (inOrder.size() != size || given.size() != size) {
      throw new IllegalArgumentException(
          "the module's input '%s' has %s parts, counted from 0; given: %s"
              .formatted(parameter, size, List.copyOf(given.keySet())));
    }
    return new Several(parameter, inOrder);
  }

  private static IllegalArgumentException refuse(
      String problem, List<ModuleInput> parameters, Map<String, NDArray> inputs) {
    return new IllegalArgumentException(
        "the module %s; it takes (%s); given: %s"
            .formatted(
                problem,
                parameters.stream().map(ModuleInput::toString).collect(Collectors.joining(", ")),
                String.join(", ", inputs.keySet())));
  }

  private static boolean isOf(ModuleInput parameter, String name) {
    return name.equals(parameter.name()) || name.startsWith(parameter.name() + ".");
  }
}
