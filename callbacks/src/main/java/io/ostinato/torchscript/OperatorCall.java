package io.ostinato.torchscript;

import io.ostinato.torchscript.OperatorTable.Operator;
import io.ostinato.torchscript.OperatorTable.Shared;
import io.ostinato.torchscript.OperatorTable.Written;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call of a PyTorch operator.
 *
 * @param operator the qualified name, such as {@code torch.add_} or {@code ops.prim.dtype}
 * @param site the point of the code that calls it
 */
record OperatorCall(String operator, List<Value> arguments, Map<String, Value> named, Site site) {
  private static final int TRAINING = 5;
  private static final int RUNNING_MEAN = 3;
  private static final int ATTENTION_DROPOUT = 4;

  /**
   * A point of the code where an operator is called.
   *
   * @param result the location of a new result, the same for every visit
   * @param other the location of a new container in the result
   * @param pair the location of a new key-value pair in the result
   * @param written whether the call is in the module's own code rather than in a layer of PyTorch
   */
  record Site(Findings findings, Location result, Location other, Location pair, boolean written) {}

  /** Records the effects on the module and returns the result. */
  Value apply() {
    String name = name();
    Value compared = comparison(name);
    if (compared != null) {
      return compared;
    }
    Optional<Operator> known = OperatorTable.find(operator);
    if (known.isEmpty()) {
      return unknown(name);
    }
    write(known.get(), name);
    train(name);
    if (Operators.seeds(name)) {
      site.findings().seeds();
    }
    if (Operators.makesShareMemory(name) && rest(0).stream().anyMatch(Value::reachesKept)) {
      site.findings()
          .doubt("a tensor that shares memory with the module after '%s'".formatted(name));
    }
    return result(known.get(), name);
  }

  /** An unknown operator may do anything to its arguments and return any of them. */
  private Value unknown(String name) {
    Set<Location> given = new LinkedHashSet<>();
    for (Value value : rest(-1)) {
      if (value.reachesKept()) {
        site.findings().doubt("a call of '%s', which is unknown".formatted(operator));
      }
      if (value.locations().stream().anyMatch(Location::isInput)) {
        site.findings().changesInputs();
      }
      given.addAll(value.locations());
    }
    if (Operators.worksInPlace(name)) {
      change(argument(0), Written.TENSOR, name);
    }
    given.forEach(location -> location.put(Location.ANY, given));
    return sharing(given, given);
  }

  /** Any of these, or a container that holds them. */
  private Value sharing(Set<Location> base, Set<Location> elements) {
    if (base.isEmpty() && elements.isEmpty()) {
      return Value.of(List.of(site.result()));
    }
    Set<Location> all = new LinkedHashSet<>(base);
    if (!elements.isEmpty()) {
      site.other().put(Location.ANY, elements);
      all.add(site.other());
    }
    return Value.of(all);
  }

  private void write(Operator known, String name) {
    known
        .writes()
        .forEach(
            (position, kinds) -> {
              boolean byMode =
                  Operators.normalizes(name) && position.matches("[34]|running_(mean|var)");
              argument(position)
                  .filter(written -> !byMode)
                  .ifPresent(written -> kinds.forEach(kind -> write(written, kind, name)));
            });
  }

  private void write(Value written, Written kind, String name) {
    if (name.equals("requires_grad_")) {
      written.locations().stream()
          .filter(Location::isKept)
          .forEach(location -> site.findings().assigned(location.label() + ".requires_grad"));
      return;
    }
    change(written, kind, name);
    if (kind == Written.CONTAINER && !Operators.putsNothing(name)) {
      put(written, name);
    }
    if (kind == Written.CONTAINER) {
      written.locations().stream()
          .filter(location -> CodeType.mayBeContainer(location.type()))
          .forEach(Location::shuffle);
    }
  }

  private void change(Value written, Written kind, String name) {
    switch (kind) {
      case TENSOR ->
          written.locations().stream()
              .filter(location -> CodeType.mayBeTensor(location.type()))
              .forEach(location -> change(location, name));
      case CONTAINER ->
          written.locations().stream()
              .filter(location -> CodeType.mayBeContainer(location.type()))
              .forEach(location -> change(location, name));
      case ELEMENTS -> change(written.part(Location.ANY), Written.TENSOR, name);
    }
  }

  private void change(Location location, String name) {
    if (location.isKept()) {
      site.findings().changed(location.label().isEmpty() ? name : location.label());
    } else if (location.isInput()) {
      site.findings().changesInputs();
    }
  }

  private void put(Value container, String name) {
    Set<Location> added = new LinkedHashSet<>();
    for (Value value : rest(0)) {
      if (Operators.putsElements(name)) {
        value.locations().stream()
            .filter(location -> CodeType.mayBeContainer(location.type()))
            .forEach(location -> added.addAll(location.part(Location.ANY)));
      } else {
        added.addAll(value.locations());
      }
    }
    container.locations().stream()
        .filter(location -> CodeType.mayBeContainer(location.type()))
        .forEach(location -> location.put(Location.ANY, added));
  }

  private Value result(Operator known, String name) {
    if (Operators.givesTheSame(name) && arguments.size() == 1) {
      return argument(0);
    }
    Set<Location> base = new LinkedHashSet<>();
    Set<Location> elements = new LinkedHashSet<>();
    known
        .shares()
        .forEach(
            (position, kinds) -> {
              boolean itself = known.writes().containsKey(position);
              for (Location location : argument(position).orElse(Value.NUMBER).locations()) {
                kinds.forEach(kind -> share(location, kind, itself, base, elements));
              }
            });
    if (Operators.givesPairs(name)) {
      site.pair().put(Location.ANY, elements);
      base.add(site.pair());
      elements.add(site.pair());
    } else if (Operators.takesPairs(name)) {
      List.copyOf(elements).forEach(pair -> elements.addAll(pair.part(Location.ANY)));
    }
    return sharing(base, elements);
  }

  private static void share(
      Location location, Shared kind, boolean itself, Set<Location> base, Set<Location> elements) {
    boolean mayBeTensor = CodeType.mayBeTensor(location.type());
    Set<Location> parts =
        CodeType.className(location.type()).equals("Tensor")
            ? Set.of()
            : location.part(Location.ANY);
    switch (kind) {
      case SAME -> {
        if (mayBeTensor || itself) {
          base.add(location);
        }
        base.addAll(parts);
        elements.addAll(parts);
      }
      case LIST -> {
        if (mayBeTensor || itself) {
          elements.add(location);
        }
      }
      case ELEMENTS -> elements.addAll(parts);
    }
  }

  /** Records operations meant for training: updates of running statistics, and dropout. */
  private void train(String name) {
    if (Operators.normalizes(name)) {
      normalize();
    } else if (Operators.drops(name)) {
      drop(argument(1), argument(2), "dropout");
    } else if (Operators.isRecurrent(name)) {
      // (…, dropout, train, …), one position later for packed sequences
      int train = argument(6).constant().value() instanceof Boolean ? 6 : 7;
      drop(argument(train - 1), argument(train), "dropout of " + name);
    } else if (name.equals("scaled_dot_product_attention")) {
      drop(argument(ATTENTION_DROPOUT), Value.literal(true), "dropout of attention");
    }
  }

  private void normalize() {
    Value training = argument(TRAINING);
    Value mean = argument(RUNNING_MEAN);
    if (training.constant().isFalse() || mean.constant().isNone() || !mean.reachesKept()) {
      return;
    }
    if (training.constant().isTrue()) {
      site.findings().changed("the running statistics of " + name());
      trains("%s (which updates its running statistics)".formatted(name()));
    } else {
      site.findings().doubt("%s that may update its running statistics".formatted(name()));
    }
  }

  private void drop(Value share, Value train, String what) {
    boolean drops =
        share.constant().known()
            && share.constant().value() instanceof Double p
            && p > 0
            && train.constant().isTrue();
    if (drops) {
      trains("%s (p=%s)".formatted(what, share.constant().value()));
    }
  }

  private void trains(String what) {
    site.findings().trains(what, site.written());
  }

  private static @Nullable Value truth(boolean known, boolean value) {
    return known ? Value.literal(value) : Value.NUMBER;
  }

  /** The result of a comparison as far as it is known without values; null for other operators. */
  private @Nullable Value comparison(String name) {
    Value.Constant one = argument(0).constant();
    Value.Constant other = argument(1).constant();
    boolean bothKnown = one.known() && other.known();
    boolean againstNone = (one.isNone() && other.present()) || (other.isNone() && one.present());
    return switch (name) {
      case "__is__" -> againstNone ? Value.literal(false) : bothNone(one, other, true);
      case "__isnot__" -> againstNone ? Value.literal(true) : bothNone(one, other, false);
      case "__not__" -> truth(one.isTrue() || one.isFalse(), one.isFalse());
      case "eq" ->
          bothKnown && !out() ? Value.literal(Objects.equals(one.value(), other.value())) : null;
      case "ne" ->
          bothKnown && !out() ? Value.literal(!Objects.equals(one.value(), other.value())) : null;
      default -> null;
    };
  }

  private boolean out() {
    return named.containsKey("out");
  }

  private static Value bothNone(Value.Constant one, Value.Constant other, boolean same) {
    return one.isNone() && other.isNone() ? Value.literal(same) : Value.NUMBER;
  }

  /** All arguments after this position, including the named ones. */
  private List<Value> rest(int after) {
    List<Value> rest = new ArrayList<>(arguments.subList(after + 1, arguments.size()));
    rest.addAll(named.values());
    return rest;
  }

  private Value argument(int index) {
    return index < arguments.size() ? arguments.get(index) : Value.NUMBER;
  }

  private Optional<Value> argument(String position) {
    return Character.isDigit(position.charAt(0))
        ? Optional.of(argument(Integer.parseInt(position)))
        : Optional.ofNullable(named.get(position));
  }

  private String name() {
    return operator.substring(operator.lastIndexOf('.') + 1);
  }
}
