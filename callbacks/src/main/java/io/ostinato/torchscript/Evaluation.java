package io.ostinato.torchscript;

import io.ostinato.torchscript.ModuleCode.ClassCode;
import io.ostinato.torchscript.ModuleCode.Field;
import io.ostinato.torchscript.ModuleCode.Function;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Evaluates expressions: what their values may refer to, and what evaluating them does to the
 * module.
 */
final class Evaluation {
  private static final String NEW = ".__new__";
  private static final String LAYERS = "__torch__.torch.nn.modules.";

  /** Built-in functions that return numbers and strings. */
  private static final Set<String> OF_NUMBERS =
      Set.of(
          "int",
          "float",
          "bool",
          "str",
          "complex",
          "len",
          "range",
          "isinstance",
          "hasattr",
          "print");

  private final StateAnalysis analysis;
  private final ModuleCode code;
  private final Findings findings;
  private final Map<String, Location> constants = new HashMap<>();

  Evaluation(StateAnalysis analysis) {
    this.analysis = analysis;
    this.code = analysis.code();
    this.findings = analysis.findings();
  }

  static Findings.Attribute attributeOf(Location object, String name) {
    String type = CodeType.className(object.type());
    return new Findings.Attribute(type.substring(type.lastIndexOf('.') + 1), name);
  }

  Value of(Expression expression, Flow flow, Frame frame) {
    analysis.deeper();
    Value value = evaluated(expression, flow, frame);
    analysis.shallower();
    return value;
  }

  private Value evaluated(Expression expression, Flow flow, Frame frame) {
    if (expression instanceof Expression.Literal literal) {
      return Value.literal(literal.value());
    } else if (expression instanceof Expression.Name name) {
      return flow.variables().getOrDefault(name.text(), Value.NUMBER);
    } else if (expression instanceof Expression.Attribute attribute) {
      return read(attribute, flow, frame);
    } else if (expression instanceof Expression.Item item) {
      return item(item, flow, frame);
    } else if (expression instanceof Expression.Sequence sequence) {
      Location made = frame.made(sequence, sequence.isList() ? "List" : "Tuple");
      for (int i = 0; i < sequence.items().size(); i++) {
        made.put(String.valueOf(i), of(sequence.items().get(i), flow, frame).locations());
      }
      return Value.of(made);
    } else if (expression instanceof Expression.Dict dict) {
      Location made = frame.made(dict, "Dict");
      dict.items().forEach(each -> made.put(Location.ANY, of(each, flow, frame).locations()));
      return Value.of(made);
    }
    return called((Expression.Call) expression, flow, frame);
  }

  private List<Value> all(List<Expression> expressions, Flow flow, Frame frame) {
    return expressions.stream().map(each -> of(each, flow, frame)).toList();
  }

  private Value read(Expression.Attribute attribute, Flow flow, Frame frame) {
    String qualified = QualifiedName.of(attribute);
    if (isGlobal(qualified, flow)) {
      // A constant of the module's code is shared like an attribute; otherwise a function's name.
      return qualified.startsWith("CONSTANTS.")
          ? Value.of(
              constants.computeIfAbsent(qualified, key -> analysis.heap().kept(key, "Tensor")))
          : new Value(Set.of(), qualified, Value.Constant.PRESENT);
    }
    return attribute(of(attribute.of(), flow, frame), attribute.name(), flow);
  }

  /** An item at an index; several indexes select parts of a tuple. */
  private Value item(Expression.Item item, Flow flow, Frame frame) {
    Value object = of(item.of(), flow, frame);
    List<Value> index = all(item.index(), flow, frame);
    if (index.size() != 1) {
      Location part = frame.made(item, "Tuple");
      part.put(Location.ANY, object.part(Location.ANY).locations());
      return Value.of(part);
    }
    Set<Location> modules = new LinkedHashSet<>();
    for (Location location : object.locations()) {
      code.findClass(CodeType.className(location.type()))
          .filter(type -> location.isKept() && type.isModule())
          .ifPresent(type -> modules.addAll(modulesIn(location, type)));
    }
    return modules.isEmpty() ? object.part(key(index.get(0))) : Value.of(modules);
  }

  /** The modules in a list or a dict of modules, which are its attributes. */
  private Set<Location> modulesIn(Location location, ClassCode type) {
    Set<Location> modules = new LinkedHashSet<>();
    type.fields()
        .forEach(
            (name, field) ->
                code.findClass(field.type())
                    .ifPresent(module -> modules.add(location.child(name, field.type()))));
    return modules;
  }

  private static String key(Value index) {
    return index.constant().value() instanceof Double number && number >= 0
        ? String.valueOf(number.intValue())
        : Location.ANY;
  }

  private Value attribute(Value object, String name, Flow flow) {
    Optional<Value> either =
        object.locations().stream()
            .map(location -> attribute(location, typeOf(location, object), name, flow))
            .reduce(Value::or);
    return either.orElseGet(() -> new Value(Set.of(), "", Value.Constant.UNKNOWN));
  }

  private static String typeOf(Location location, Value value) {
    return CodeType.className(location.type().isEmpty() ? value.type() : location.type());
  }

  private Value attribute(Location object, String type, String name, Flow flow) {
    Optional<ClassCode> owner = code.findClass(type);
    Optional<Field> field = owner.map(found -> found.fields().get(name));
    boolean isMode =
        name.equals("training") && object.isKept() && owner.filter(ClassCode::isModule).isPresent();
    String fieldType = field.map(Field::type).orElse("");
    Value.Constant constant =
        field.map(each -> constant(each, isMode)).orElse(Value.Constant.UNKNOWN);
    if (!object.isKept()) {
      return new Value(scalarOr(fieldType, object.part(name)), fieldType, constant);
    }
    if (!object.path().isEmpty()) {
      Value assigned = flow.assigned().get(object.path() + "." + name);
      if (assigned != null) {
        return assigned.type().isEmpty() ? assigned.as(fieldType) : assigned;
      }
    }
    findings.readFirst(attributeOf(object, name));
    return new Value(
        scalarOr(fieldType, Set.of(object.child(name, fieldType))), fieldType, constant);
  }

  private static Set<Location> scalarOr(String type, Set<Location> locations) {
    return CodeType.isScalar(type) ? Set.of() : locations;
  }

  private static Value.Constant constant(Field field, boolean isMode) {
    if (isMode && field.type().equals("bool")) {
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

  private Value called(Expression.Call call, Flow flow, Frame frame) {
    if (call.function() instanceof Expression.Name name
        && !flow.variables().containsKey(name.text())) {
      return builtIn(name.text(), call, flow, frame);
    }
    String qualified = QualifiedName.of(call.function());
    if (isGlobal(qualified, flow)) {
      return global(qualified, call, flow, frame);
    }
    if (call.function() instanceof Expression.Attribute method) {
      Value object = of(method.of(), flow, frame);
      List<Value> arguments = all(call.arguments(), flow, frame);
      return method(object, method.name(), call, arguments, flow, frame);
    }
    Value function = of(call.function(), flow, frame); // a variable that holds a function
    return global(function.type(), call, flow, frame);
  }

  private Value builtIn(String name, Expression.Call call, Flow flow, Frame frame) {
    List<Expression> given = call.arguments();
    switch (name) {
      case "annotate", "unchecked_cast":
        return of(given.get(1), flow, frame).as(typeOf(given.get(0)));
      case "getattr":
        Object attribute = of(given.get(1), flow, frame).constant().value();
        return attribute(of(given.get(0), flow, frame), String.valueOf(attribute), flow);
      case "uninitialized":
        return Value.of(frame.given(call, typeOf(given.get(0))));
      case "fork", "awaitable":
        return beside(call, flow, frame);
      default:
        List<Value> arguments = all(given, flow, frame);
        if (!OF_NUMBERS.contains(name) && arguments.stream().anyMatch(Value::reachesKept)) {
          findings.doubt("a call of '%s', which is unknown".formatted(name));
        }
        return Value.NUMBER;
    }
  }

  private Value beside(Expression.Call call, Flow flow, Frame frame) {
    Function function =
        call.arguments().isEmpty()
            ? null
            : frame.functions().get(QualifiedName.of(call.arguments().get(0)));
    if (function == null || call.arguments().size() > 1) {
      findings.doubt("forked code that can't be followed");
      return Value.of(frame.given(call, ""));
    }
    return analysis.beside(frame.calling(call, function), flow);
  }

  /** A type written as an expression, such as {@code List[Tensor]}. */
  private static String typeOf(Expression type) {
    if (type instanceof Expression.Item item) {
      return QualifiedName.of(item.of())
          + "["
          + String.join(",", item.index().stream().map(Evaluation::typeOf).toList())
          + "]";
    }
    return QualifiedName.of(type);
  }

  /**
   * Follows a method, or every candidate if the code doesn't determine which method is called.
   *
   * @param site the statement or expression that calls it
   */
  Value method(
      Value object, String name, Object site, List<Value> arguments, Flow flow, Frame frame) {
    Map<Function, Set<Location>> methods = new LinkedHashMap<>();
    boolean isKnown = true;
    for (Location location : object.locations()) {
      List<Function> found = methods(typeOf(location, object), name);
      isKnown &= !found.isEmpty();
      found.forEach(
          each ->
              methods
                  .computeIfAbsent(each, key -> new LinkedHashSet<>())
                  .add(location.as(each.owner())));
    }
    if (object.locations().isEmpty()) {
      List<Function> found = methods(CodeType.className(object.type()), name);
      isKnown = !found.isEmpty();
      found.forEach(each -> methods.put(each, Set.of()));
    }
    if (methods.isEmpty() && name.equals("tolist")) {
      return Value.of(frame.given(site, "")); // of a tensor
    }
    List<Value> all = new ArrayList<>(List.of(object));
    all.addAll(arguments);
    if (!isKnown && all.stream().anyMatch(Value::reachesKept)) {
      findings.doubt("a call of the method '%s' on an unknown object".formatted(name));
    }
    if (methods.isEmpty()) {
      return Value.of(frame.given(site, ""));
    }
    return either(methods, site, all, flow, frame);
  }

  private Value either(
      Map<Function, Set<Location>> methods, Object site, List<Value> all, Flow flow, Frame frame) {
    Map<String, Value> before = Map.copyOf(flow.assigned());
    Map<String, Value> after = null;
    Value result = null;
    for (Map.Entry<Function, Set<Location>> each : methods.entrySet()) {
      Function function = each.getKey();
      if (methods.size() > 1 && !frame.mayFollow(function)) {
        continue; // an implementation nested in itself, which adds nothing
      }
      List<Value> arguments = new ArrayList<>(all);
      arguments.set(0, new Value(each.getValue(), function.owner(), Value.Constant.PRESENT));
      Map<String, Value> assigned = new HashMap<>(before);
      Value given = analysis.call(frame.calling(site, function), arguments, Map.of(), assigned);
      result = result == null ? given : result.or(given);
      after = after == null ? assigned : Flow.either(after, assigned);
    }
    flow.assigned().clear();
    flow.assigned().putAll(after == null ? before : after);
    return result == null ? Value.NUMBER : result;
  }

  /** The method of a class, or of all implementations of an interface. */
  private List<Function> methods(String type, String name) {
    ClassCode found = code.findClass(type).orElse(null);
    if (found == null) {
      return List.of();
    }
    List<ClassCode> classes = found.isInterface() ? code.implementationsOf(found) : List.of(found);
    List<Function> methods = new ArrayList<>();
    for (ClassCode each : classes) {
      Function method = each.methods().get(name);
      if (method != null) {
        methods.add(method);
      }
    }
    return methods;
  }

  private Map<String, Value> all(Map<String, Expression> named, Flow flow, Frame frame) {
    Map<String, Value> values = new LinkedHashMap<>();
    named.forEach((name, expression) -> values.put(name, of(expression, flow, frame)));
    return values;
  }

  private Value global(String qualified, Expression.Call call, Flow flow, Frame frame) {
    List<Value> arguments = all(call.arguments(), flow, frame);
    Map<String, Value> named = all(call.named(), flow, frame);
    if (qualified.startsWith("__torch__.")) {
      return ofModule(qualified, call, arguments, named, flow, frame);
    }
    OperatorCall.Site site =
        new OperatorCall.Site(
            findings,
            frame.given(call, ""),
            frame.made(call, "List"),
            frame.pair(call),
            !frame.function().owner().startsWith(LAYERS));
    return new OperatorCall(qualified, arguments, named, site).apply();
  }

  private Value ofModule(
      String qualified,
      Expression.Call call,
      List<Value> arguments,
      Map<String, Value> named,
      Flow flow,
      Frame frame) {
    Function function = code.findFunction(qualified).orElse(null);
    if (function != null) {
      Map<String, Value> assigned = new HashMap<>(flow.assigned());
      Value result = analysis.call(frame.calling(call, function), arguments, named, assigned);
      flow.assigned().clear();
      flow.assigned().putAll(assigned);
      return result;
    }
    if (qualified.endsWith(NEW)) {
      String type = qualified.substring(0, qualified.length() - NEW.length());
      return Value.of(frame.made(call, type));
    }
    Optional<ClassCode> tuple = code.findClass(qualified);
    if (tuple.isEmpty()) {
      findings.doubt("a call of '%s', which is not in the file".formatted(qualified));
    }
    List<String> fields = new ArrayList<>(tuple.map(t -> t.fields().keySet()).orElse(Set.of()));
    Location made = frame.made(call, qualified);
    for (int i = 0; i < arguments.size(); i++) {
      made.put(String.valueOf(i), arguments.get(i).locations());
      if (i < fields.size()) {
        made.put(fields.get(i), arguments.get(i).locations());
      }
    }
    named.forEach((name, value) -> made.put(Location.ANY, value.locations()));
    return Value.of(made);
  }
}
