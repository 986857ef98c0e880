package io.ostinato.torchscript;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A parameter of a module's method.
 *
 * @param type as in serialized code, without spaces, such as {@code Dict[str,Tensor]}; empty if the
 *     code doesn't say it
 * @param isOptional whether it has a default
 * @param isPresetKnown whether its default is a boolean, text, None, or a number that is exact in a
 *     double
 * @param preset the default; null for None
 */
public record ModuleInput(
    String name, String type, boolean isOptional, boolean isPresetKnown, @Nullable Object preset) {

  /** Whole numbers below are the same in a double. */
  private static final double EXACT = 1L << 53;

  static List<ModuleInput> of(ModuleCode.Function method) {
    List<ModuleInput> inputs = new ArrayList<>();
    for (ModuleCode.Parameter parameter :
        method.parameters().subList(1, method.parameters().size())) {
      inputs.add(of(parameter));
    }
    return inputs;
  }

  private static ModuleInput of(ModuleCode.Parameter parameter) {
    Expression preset = parameter.preset();
    Object value = preset instanceof Expression.Literal literal ? literal.value() : null;
    boolean isExact = !(value instanceof Double number) || Math.abs(number) < EXACT;
    return new ModuleInput(
        parameter.name(),
        parameter.type(),
        preset != null,
        preset instanceof Expression.Literal && isExact,
        value instanceof String text ? CodeText.unescaped(text) : value);
  }

  /**
   * The parameter that all tensors are for, if there is one: a dict, a list or a tuple of tensors,
   * and any others have defaults and take no tensors.
   */
  public static Optional<ModuleInput> ofAllTensors(List<ModuleInput> parameters) {
    return parameters.stream()
        .filter(ModuleInput::isContainer)
        .filter(
            all ->
                parameters.stream()
                    .allMatch(each -> each == all || (each.isOptional() && each.isSetting())))
        .findFirst();
  }

  /** Whether it can be left out: it has a default, or may be None. */
  public boolean canBeLeftOut() {
    return isOptional || type.startsWith("Optional[");
  }

  /** Whether it is a dict of tensors by name. */
  public boolean isDict() {
    return bare().equals("Dict[str,Tensor]");
  }

  /** Whether it is a list of tensors. */
  public boolean isList() {
    return bare().equals("List[Tensor]");
  }

  /** Whether it is a tuple, which then consists of tensors only. */
  public boolean isTuple() {
    return bare().matches("Tuple\\[Tensor(,Tensor)*\\]");
  }

  /** Whether it is a dict, a list or a tuple of tensors. */
  public boolean isContainer() {
    return isDict() || isList() || isTuple();
  }

  private boolean isSetting() {
    return CodeType.isScalar(type);
  }

  /** The number of tensors of a tuple. */
  public int tupleSize() {
    return bare().split(",").length;
  }

  /** Whether it can be one tensor. */
  public boolean isTensor() {
    return CodeType.mayBeTensor(type);
  }

  private String bare() {
    return CodeType.className(type);
  }

  /** The name and type for messages, such as {@code mask: Optional[Tensor] = None}. */
  @Override
  public String toString() {
    String known = type.isEmpty() ? name : name + ": " + type.replace(",", ", ");
    return isOptional ? known + " = " + (isPresetKnown ? text() : "…") : known;
  }

  private String text() {
    if (preset == null) {
      return "None";
    }
    if (preset instanceof Double number && type.contains("int")) {
      return Long.toString(number.longValue());
    }
    return preset instanceof Boolean b ? b ? "True" : "False" : preset.toString();
  }
}
