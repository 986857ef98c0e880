package io.ostinato.torchscript;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A parameter of a module's method.
 *
 * @param type as in serialized code, without spaces, such as {@code Dict[str,Tensor]}; empty if the
 *     code doesn't say it
 * @param isOptional whether it has a default
 * @param isPresetKnown whether its default is a boolean, a number, text or None
 * @param preset the default; null for None
 */
public record ModuleInput(
    String name, String type, boolean isOptional, boolean isPresetKnown, @Nullable Object preset) {

  static List<ModuleInput> of(ModuleCode.Function method) {
    List<ModuleInput> inputs = new ArrayList<>();
    for (ModuleCode.Parameter parameter :
        method.parameters().subList(1, method.parameters().size())) {
      Expression preset = parameter.preset();
      Expression.Literal literal = preset instanceof Expression.Literal known ? known : null;
      inputs.add(
          new ModuleInput(
              parameter.name(),
              parameter.type(),
              preset != null,
              literal != null,
              literal == null ? null : literal.value()));
    }
    return inputs;
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
    return isOptional ? known + " = " + (isPresetKnown ? text(preset) : "…") : known;
  }

  private static String text(@Nullable Object preset) {
    if (preset == null) {
      return "None";
    }
    return preset instanceof Boolean b ? b ? "True" : "False" : preset.toString();
  }
}
