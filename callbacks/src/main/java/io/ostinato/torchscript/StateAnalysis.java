package io.ostinato.torchscript;

import io.ostinato.torchscript.ModuleCode.ClassCode;
import io.ostinato.torchscript.ModuleCode.Field;
import io.ostinato.torchscript.ModuleCode.Function;
import io.ostinato.torchscript.ModuleCode.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows the code of a module as it would run in evaluation mode, without values: which attributes
 * it assigns, and what of the module's it changes in place. Both branches are followed where the
 * condition isn't known; loops twice, so that what one round leaves meets the next.
 */
final class StateAnalysis {
  private static final int MOST_STEPS = 2_000_000;
  private static final int ROUNDS = 2;

  private final ModuleCode code;
  private final Findings findings;
  private int steps;

  StateAnalysis(ModuleCode code, Findings findings) {
    this.code = code;
    this.findings = findings;
  }

  /** A function while it is followed. */
  private static final class Frame {
    private final Flow flow;
    private @Nullable Value result;
    private @Nullable Map<String, Value> assignedAtReturn;

    Frame(Flow flow) {
      this.flow = flow;
    }
  }

  /** Follows a method of the module, from a call out of nowhere. */
  void follow(ClassCode module, Function method) {
    List<Value> arguments = new ArrayList<>();
    arguments.add(new Value(true, true, "self", module.name(), Value.Constant.PRESENT));
    for (Parameter parameter : method.parameters().subList(1, method.parameters().size())) {
      arguments.add(new Value(false, false, "", parameter.type(), Value.Constant.UNKNOWN));
    }
    call(method, arguments, Map.of(), new HashMap<>());
  }

  private Value call(
      Function function,
      List<Value> arguments,
      Map<String, Value> named,
      Map<String, Value> assigned) {
    Frame frame = new Frame(new Flow(assigned));
    for (int i = 0; i < function.parameters().size(); i++) {
      Parameter parameter = function.parameters().get(i);
      Value given =
          i < arguments.size()
              ? arguments.get(i)
              : named.getOrDefault(parameter.name(), preset(parameter, frame));
      Value typed =
          given.type().isEmpty()
              ? new Value(
                  given.kept(), given.holdsKept(), given.path(), parameter.type(), given.constant())
              : given;
      frame.flow.variables().put(parameter.name(), typed);
    }
    run(function.statements(), frame.flow, frame);
    Map<String, Value> atReturn = frame.assignedAtReturn;
    if (atReturn != null) {
      if (frame.flow.isAlive()) {
        atReturn.keySet().retainAll(frame.flow.assigned().keySet());
      }
      assigned.clear();
      assigned.putAll(atReturn);
    }
    return frame.result == null ? Value.literal(null) : frame.result;
  }

  private Value preset(Parameter parameter, Frame frame) {
    Expression preset = parameter.preset();
    return preset == null ? Value.FRESH : evaluate(preset, frame.flow);
  }

  private void run(List<Statement> statements, Flow flow, Frame frame) {
    for (Statement statement : statements) {
      if (!flow.isAlive()) {
        return;
      }
      if (++steps > MOST_STEPS) {
        throw new CodeSyntaxException("more code than can be followed");
      }
      if (statement instanceof Statement.Assign assign) {
        assign(assign, flow);
      } else if (statement instanceof Statement.If branches) {
        branch(branches, flow, frame);
      } else if (statement instanceof Statement.Loop loop) {
        loop(loop, flow, frame);
      } else if (statement instanceof Statement.Return end) {
        leave(evaluate(end.value(), flow), flow, frame);
      }
    }
  }

  private static void leave(Value value, Flow flow, Frame frame) {
    frame.result = frame.result == null ? value : frame.result.or(value);
    if (frame.assignedAtReturn == null) {
      frame.assignedAtReturn = new HashMap<>(flow.assigned());
    } else {
      frame.assignedAtReturn.keySet().retainAll(flow.assigned().keySet());
    }
    flow.end();
  }

  private void branch(Statement.If branches, Flow flow, Frame frame) {
    Value condition = evaluate(branches.condition(), flow);
    if (condition.constant().isTrue()) {
      run(branches.then(), flow, frame);
    } else if (condition.constant().isFalse()) {
      run(branches.otherwise(), flow, frame);
    } else {
      Flow then = flow.copy();
      Flow otherwise = flow.copy();
      run(branches.then(), then, frame);
      run(branches.otherwise(), otherwise, frame);
      flow.become(then, otherwise);
    }
  }

  private void loop(Statement.Loop loop, Flow flow, Frame frame) {
    Value over = evaluate(loop.over(), flow);
    for (int round = 0; round < ROUNDS; round++) {
      Flow inside = flow.copy();
      for (Expression variable : loop.variables()) {
        assignTo(variable, over.element(""), inside);
      }
      run(loop.body(), inside, frame);
      Flow before = flow.copy();
      flow.become(before, inside);
    }
  }

  private void assign(Statement.Assign assign, Flow flow) {
    if (isRaise(assign.value())) {
      flow.end();
      return;
    }
    Value value = evaluate(assign.value(), flow);
    if (assign.targets().size() == 1) {
      assignTo(assign.targets().get(0), value, flow);
      return;
    }
    for (int i = 0; i < assign.targets().size(); i++) {
      boolean literal =
          assign.value() instanceof Expression.Sequence all
              && all.items().size() == assign.targets().size();
      Value part =
          literal
              ? evaluate(((Expression.Sequence) assign.value()).items().get(i), flow)
              : value.element("");
      assignTo(assign.targets().get(i), part, flow);
    }
  }

  private static boolean isRaise(Expression expression) {
    return expression instanceof Expression.Call call
        && QualifiedName.of(call.function()).endsWith(".RaiseException");
  }

  private void assignTo(Expression target, Value value, Flow flow) {
    if (target instanceof Expression.Name name) {
      flow.variables().put(name.text(), value);
    } else if (target instanceof Expression.Attribute attribute) {
      Value object = evaluate(attribute.of(), flow);
      if (object.kept()) {
        findings.assigned(attributeOf(object, attribute.name()));
        flow.assigned().put(object.path() + "." + attribute.name(), value);
      } else if (attribute.of() instanceof Expression.Name holder && value.touchesKept()) {
        flow.variables().put(holder.text(), object.holding(value));
      }
    } else {
      findings.doubt("an assignment to something unknown");
    }
  }

  /** {@code features of Net}: where the same class occurs twice, that is one attribute. */
  private static String attributeOf(Value object, String name) {
    String type = object.type();
    return name + " of " + (type.isEmpty() ? "?" : type.substring(type.lastIndexOf('.') + 1));
  }

  private Value evaluate(Expression expression, Flow flow) {
    if (expression instanceof Expression.Literal literal) {
      return Value.literal(literal.value());
    } else if (expression instanceof Expression.Name name) {
      return flow.variables().getOrDefault(name.text(), Value.FRESH);
    } else if (expression instanceof Expression.Attribute attribute) {
      return read(attribute, flow);
    } else if (expression instanceof Expression.Item item) {
      item.index().forEach(index -> evaluate(index, flow));
      return evaluate(item.of(), flow).element("");
    } else if (expression instanceof Expression.Sequence sequence) {
      Value all = Value.fresh("", false);
      for (Expression item : sequence.items()) {
        all = all.holding(evaluate(item, flow));
      }
      return all;
    }
    return called((Expression.Call) expression, flow);
  }

  private Value read(Expression.Attribute attribute, Flow flow) {
    String qualified = QualifiedName.of(attribute);
    if (isGlobal(qualified, flow)) {
      // A constant of the module's code is shared as an attribute is; else a function's name.
      return qualified.startsWith("CONSTANTS.")
          ? new Value(true, true, qualified, "Tensor", Value.Constant.PRESENT)
          : new Value(false, false, "", qualified, Value.Constant.PRESENT);
    }
    return attribute(evaluate(attribute.of(), flow), attribute.name(), flow);
  }

  private Value attribute(Value object, String name, Flow flow) {
    String path = object.path() + "." + name;
    if (object.kept()) {
      Value assigned = flow.assigned().get(path);
      if (assigned != null) {
        return assigned;
      }
      findings.readFirst(attributeOf(object, name));
    }
    Field field = code.findClass(object.type()).map(type -> type.fields().get(name)).orElse(null);
    if (field == null) {
      return object.kept() || object.holdsKept()
          ? new Value(true, true, path, "", Value.Constant.UNKNOWN)
          : Value.FRESH;
    }
    return new Value(
        object.touchesKept(),
        object.touchesKept(),
        object.touchesKept() ? path : "",
        field.type(),
        constant(name, field, object));
  }

  private static Value.Constant constant(String name, Field field, Value object) {
    if (name.equals("training") && field.type().equals("bool") && object.kept()) {
      return Value.Constant.of(false); // evaluation mode
    }
    if (field.type().equals("NoneType")) {
      return Value.Constant.of(null);
    }
    if (field.constant() instanceof Expression.Literal literal) {
      return Value.Constant.of(literal.value());
    }
    return field.type().startsWith("Optional") || field.type().equals("Any")
        ? Value.Constant.UNKNOWN
        : Value.Constant.PRESENT;
  }

  private static boolean isGlobal(String qualified, Flow flow) {
    if (qualified.isEmpty()) {
      return false;
    }
    String head = qualified.substring(0, Math.max(0, qualified.indexOf('.')));
    return !flow.variables().containsKey(head)
        && (head.equals("torch")
            || head.equals("ops")
            || head.equals("__torch__")
            || head.equals("CONSTANTS"));
  }

  private Value called(Expression.Call call, Flow flow) {
    if (call.function() instanceof Expression.Name name
        && !flow.variables().containsKey(name.text())) {
      return builtIn(name.text(), call, flow);
    }
    String qualified = QualifiedName.of(call.function());
    if (isGlobal(qualified, flow)) {
      return global(qualified, call, flow);
    }
    if (call.function() instanceof Expression.Attribute method) {
      return method(method, call, flow);
    }
    Value function = evaluate(call.function(), flow); // a variable that has a function
    return global(function.type(), call, flow);
  }

  private Value builtIn(String name, Expression.Call call, Flow flow) {
    List<Expression> given = call.arguments();
    switch (name) {
      case "annotate", "unchecked_cast":
        Value cast = evaluate(given.get(1), flow);
        String type = QualifiedName.of(given.get(0));
        return type.isEmpty()
            ? cast
            : new Value(cast.kept(), cast.holdsKept(), cast.path(), type, cast.constant());
      case "getattr":
        Object attribute = evaluate(given.get(1), flow).constant().value();
        return attribute(evaluate(given.get(0), flow), String.valueOf(attribute), flow);
      case "uninitialized":
        return Value.FRESH;
      case "fork":
        findings.doubt("a part that runs beside the rest");
        return Value.FRESH;
      default:
        // int, float, bool, str, len, range, isinstance, …
        given.forEach(argument -> evaluate(argument, flow));
        return Value.FRESH;
    }
  }

  private Value method(Expression.Attribute method, Expression.Call call, Flow flow) {
    Value object = evaluate(method.of(), flow);
    ClassCode type = code.findClass(object.type()).orElse(null);
    Function function =
        type == null || type.base().equals("Interface") ? null : type.methods().get(method.name());
    List<Value> arguments = new ArrayList<>(List.of(object));
    call.arguments().forEach(argument -> arguments.add(evaluate(argument, flow)));
    if (function == null) {
      if (object.touchesKept() || arguments.stream().anyMatch(Value::touchesKept)) {
        findings.doubt("a call of '%s' of something unknown".formatted(method.name()));
      }
      return Value.FRESH;
    }
    return call(function, arguments, evaluate(call.named(), flow), flow.assigned());
  }

  private Map<String, Value> evaluate(Map<String, Expression> named, Flow flow) {
    Map<String, Value> values = new HashMap<>();
    named.forEach((name, expression) -> values.put(name, evaluate(expression, flow)));
    return values;
  }

  private Value global(String qualified, Expression.Call call, Flow flow) {
    if (qualified.startsWith("__torch__.")) {
      return ofModule(qualified, call, flow);
    }
    List<Value> arguments =
        new ArrayList<>(call.arguments().stream().map(a -> evaluate(a, flow)).toList());
    return new OperatorCall(qualified, arguments, evaluate(call.named(), flow))
        .apply(findings, value -> hold(call, value, flow));
  }

  /** A list that is the forward's own has something in it now that is the module's. */
  private static void hold(Expression.Call call, Value held, Flow flow) {
    if (call.arguments().get(0) instanceof Expression.Name container) {
      flow.variables().computeIfPresent(container.text(), (name, value) -> value.holding(held));
    }
  }

  private Value ofModule(String qualified, Expression.Call call, Flow flow) {
    List<Value> arguments = call.arguments().stream().map(a -> evaluate(a, flow)).toList();
    Map<String, Value> named = evaluate(call.named(), flow);
    Function function = code.findFunction(qualified).orElse(null);
    if (function != null) {
      return call(function, arguments, named, flow.assigned());
    }
    boolean holdsKept =
        arguments.stream().anyMatch(Value::touchesKept)
            || named.values().stream().anyMatch(Value::touchesKept);
    if (qualified.endsWith(".__new__")) {
      return Value.fresh(qualified.substring(0, qualified.length() - ".__new__".length()), false);
    }
    if (code.findClass(qualified).isEmpty()) {
      findings.doubt("a call of '%s', which is not in the file".formatted(qualified));
    }
    return Value.fresh(qualified, holdsKept); // a named tuple
  }
}
