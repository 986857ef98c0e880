package io.ostinato.torchscript;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call of one of PyTorch's operators.
 *
 * @param operator as in {@code torch.add_} or {@code ops.prim.dtype}
 */
record OperatorCall(String operator, List<Value> arguments, Map<String, Value> named) {
  private static final int TRAINING = 5;
  private static final int RUNNING_MEAN = 3;
  private static final int ATTENTION_DROPOUT = 4;

  /**
   * Tells what it does to the module, and gives what comes out.
   *
   * @param held hears what is put into the first argument, where that is the forward's own
   */
  Value apply(Findings findings, Consumer<Value> held) {
    String name = name();
    Value compared = comparison(name);
    if (compared != null) {
      return compared;
    }
    for (int changed : Operators.changed(name)) {
      change(argument(changed), name, findings);
    }
    change(named.getOrDefault("out", Value.FRESH), name, findings);
    if (Operators.sorts(name)) {
      sort(findings);
    } else if (Operators.normalizes(name)) {
      normalize(findings);
    } else if (Operators.drops(name)) {
      drop(argument(1), argument(2), "dropout", findings);
    } else if (Operators.isRecurrent(name)) {
      // (…, dropout, train, …), one place later where the sequences are packed
      int train = argument(6).constant().value() instanceof Boolean ? 6 : 7;
      drop(argument(train - 1), argument(train), "dropout of " + name, findings);
    } else if (name.equals("scaled_dot_product_attention")) {
      drop(argument(ATTENTION_DROPOUT), Value.literal(true), "dropout of attention", findings);
    }
    return result(name, held);
  }

  private Value result(String name, Consumer<Value> held) {
    if (arguments.isEmpty()) {
      return Value.FRESH;
    }
    Value first = arguments.get(0);
    if (!Operators.changed(name).isEmpty() && !first.kept()) {
      arguments.stream().skip(1).filter(Value::touchesKept).forEach(held);
    }
    if (Operators.copiesContainer(name)) {
      return Value.fresh("", first.touchesKept());
    }
    if (!Operators.sharesMemory(name)) {
      return Value.FRESH;
    }
    return name.equals("get") || name.equals("__getitem__") || name.startsWith("pop")
        ? first.element("")
        : new Value(first.kept(), first.holdsKept(), first.path(), "", Value.Constant.UNKNOWN);
  }

  private void change(Value changed, String name, Findings findings) {
    if (changed.kept() || (changed.holdsKept() && name.startsWith("_foreach_"))) {
      findings.changed(
          changed.path().isEmpty() ? name : changed.path().replaceFirst("^self\\.", ""));
    }
  }

  /** Lists are sorted in place, tensors are not. */
  private void sort(Findings findings) {
    Value sorted = argument(0);
    if (sorted.kept() && sorted.type().startsWith("List")) {
      change(sorted, "sort", findings);
    } else if (sorted.kept() && sorted.type().isEmpty()) {
      findings.doubt("something of the module's is sorted");
    }
  }

  private void normalize(Findings findings) {
    Value training = argument(TRAINING);
    Value mean = argument(RUNNING_MEAN);
    if (training.constant().isFalse() || mean.constant().isNone() || !mean.touchesKept()) {
      return;
    }
    if (training.constant().isTrue()) {
      findings.changed("the running statistics of " + name());
      findings.trains("%s (which updates its running statistics)".formatted(name()));
    } else {
      findings.doubt("%s that may update its running statistics".formatted(name()));
    }
  }

  private void drop(Value share, Value train, String what, Findings findings) {
    boolean drops =
        share.constant().known()
            && share.constant().value() instanceof Double p
            && p > 0
            && train.constant().isTrue();
    if (drops) {
      findings.trains("%s (p=%s)".formatted(what, share.constant().value()));
    }
  }

  private static @Nullable Value truth(boolean known, boolean value) {
    return known ? Value.literal(value) : Value.FRESH;
  }

  /** What can be told of a comparison without values. */
  private @Nullable Value comparison(String name) {
    Value.Constant one = argument(0).constant();
    Value.Constant other = argument(1).constant();
    boolean bothKnown = one.known() && other.known();
    boolean againstNone = (one.isNone() && other.present()) || (other.isNone() && one.present());
    return switch (name) {
      case "__is__" -> againstNone ? Value.literal(false) : bothNone(one, other, true);
      case "__isnot__" -> againstNone ? Value.literal(true) : bothNone(one, other, false);
      case "__not__" -> truth(one.isTrue() || one.isFalse(), one.isFalse());
      case "eq" -> truth(bothKnown, Objects.equals(one.value(), other.value()));
      case "ne" -> truth(bothKnown, !Objects.equals(one.value(), other.value()));
      default -> null;
    };
  }

  private static Value bothNone(Value.Constant one, Value.Constant other, boolean same) {
    return one.isNone() && other.isNone() ? Value.literal(same) : Value.FRESH;
  }

  private Value argument(int index) {
    return index < arguments.size() ? arguments.get(index) : Value.FRESH;
  }

  private String name() {
    return operator.substring(operator.lastIndexOf('.') + 1);
  }
}
