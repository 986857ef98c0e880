package io.ostinato.torchscript;

import io.ostinato.torchscript.ModuleCode.ClassCode;
import io.ostinato.torchscript.ModuleCode.Function;
import io.ostinato.torchscript.ModuleCode.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows the code of a module as it would run in evaluation mode, but without values, to find
 * which attributes it assigns and what it changes in place in the module. Both branches are
 * followed if the condition is unknown, and loops until an iteration adds nothing.
 */
final class StateAnalysis {
  private static final int MOST_STEPS = 2_000_000;

  /** The maximum nesting of calls, blocks and expressions together: stacks can be small. */
  private static final int DEEPEST = 400;

  private final ModuleCode code;
  private final Findings findings;
  private final Location.Heap heap = new Location.Heap();
  private final Location self;
  private final Evaluation evaluation;
  private int steps;
  private int depth;
  private boolean runsBeside;

  StateAnalysis(ModuleCode code, ClassCode module, Findings findings) {
    this.code = code;
    this.findings = findings;
    this.self = heap.kept("self", module.name());
    this.evaluation = new Evaluation(this);
  }

  ModuleCode code() {
    return code;
  }

  Findings findings() {
    return findings;
  }

  Location.Heap heap() {
    return heap;
  }

  /**
   * Follows a method of the module, called by a user.
   *
   * @param assigned the attributes assigned before
   * @return the attributes assigned on every path through it, by path in the module, such as {@code
   *     self.features}
   */
  Map<String, Value> follow(Function method, Map<String, Value> assigned) {
    Frame frame = new Frame(method, null, heap);
    List<Value> arguments = new ArrayList<>(List.of(Value.of(self)));
    for (Parameter parameter : method.parameters().subList(1, method.parameters().size())) {
      Location given = frame.parameter(parameter.name(), parameter.type());
      arguments.add(Value.of(given).with(Value.Constant.UNKNOWN));
    }
    Map<String, Value> after;
    long size;
    do {
      size = heap.size();
      after = new HashMap<>(assigned);
      call(frame, arguments, Map.of(), after);
      // Forked code may see what the rest does later.
    } while (runsBeside && heap.size() != size);
    return after;
  }

  /** Follows a function that is called. */
  Value call(
      Frame frame, List<Value> arguments, Map<String, Value> named, Map<String, Value> assigned) {
    Flow flow = new Flow(Map.of(), assigned);
    List<Parameter> parameters = frame.function().parameters();
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Value given = i < arguments.size() ? arguments.get(i) : named.get(parameter.name());
      Value value = given == null ? preset(parameter, flow, frame) : given;
      flow.variables()
          .put(parameter.name(), value.type().isEmpty() ? value.as(parameter.type()) : value);
    }
    return run(frame, flow, assigned);
  }

  private Value run(Frame frame, Flow flow, Map<String, Value> assigned) {
    if (!frame.isAllowed()) {
      findings.doubt("'%s', which is recursive".formatted(frame.function().name()));
      return Value.of(List.of(heap.kept("", "")));
    }
    frame.start();
    run(frame.function().statements(), flow, frame);
    return frame.end(flow, assigned);
  }

  /**
   * Follows a function defined within another one, as forked code that runs concurrently with the
   * rest.
   */
  Value beside(Frame frame, Flow around) {
    runsBeside = true;
    Map<String, Value> assigned = new HashMap<>(around.assigned());
    Value result = run(frame, new Flow(around.variables(), around.assigned()), assigned);
    around.assigned().keySet().retainAll(assigned.keySet());
    around.assigned().replaceAll((path, value) -> value.or(assigned.getOrDefault(path, value)));
    return result;
  }

  private Value preset(Parameter parameter, Flow flow, Frame frame) {
    Expression preset = parameter.preset();
    return preset == null ? Value.NUMBER : evaluation.of(preset, flow, frame);
  }

  /**
   * Begins to follow code inside the present code.
   *
   * @throws CodeSyntaxException if it is nested too deep
   */
  void deeper() {
    if (++depth > DEEPEST) {
      throw new CodeSyntaxException.TooDeepException();
    }
  }

  /** Ends what {@link #deeper} began. */
  void shallower() {
    depth--;
  }

  private void run(List<Statement> statements, Flow flow, Frame frame) {
    deeper();
    follow(statements, flow, frame);
    shallower();
  }

  private void follow(List<Statement> statements, Flow flow, Frame frame) {
    for (Statement statement : statements) {
      if (!flow.isAlive()) {
        return;
      }
      if (++steps > MOST_STEPS) {
        throw new CodeSyntaxException("more code than can be analysed");
      }
      run(statement, flow, frame);
    }
  }

  private void run(Statement statement, Flow flow, Frame frame) {
    if (statement instanceof Statement.Assign assign) {
      assign(assign, flow, frame);
    } else if (statement instanceof Statement.If branches) {
      branch(branches, flow, frame);
    } else if (statement instanceof Statement.Loop loop) {
      loop(loop, flow, frame);
    } else if (statement instanceof Statement.With with) {
      with(with, flow, frame);
    } else if (statement instanceof Statement.Define define) {
      frame.functions().put(define.function().name(), define.function());
    } else if (statement instanceof Statement.Unreadable unreadable) {
      doubt(unreadable, flow, frame);
    } else if (statement instanceof Statement.Return end) {
      frame.leave(evaluation.of(end.value(), flow, frame), flow);
    }
  }

  private void doubt(Statement.Unreadable unreadable, Flow flow, Frame frame) {
    findings.doubt(unreadable.why());
    if (!unreadable.attribute().isEmpty()) {
      findings.assigned(new Findings.Attribute("", unreadable.attribute()));
    }
    Flow inside = flow.copy();
    run(unreadable.body(), inside, frame);
    flow.become(flow.copy(), inside);
  }

  private void branch(Statement.If branches, Flow flow, Frame frame) {
    Value condition = evaluation.of(branches.condition(), flow, frame);
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
    Flow before;
    long size;
    do {
      before = flow.copy();
      size = heap.size();
      Flow inside = flow.copy();
      Value over = evaluation.of(loop.over(), inside, frame);
      for (Expression variable : loop.variables()) {
        assign(variable, over.part(Location.ANY), inside, frame);
      }
      run(loop.body(), inside, frame);
      flow.become(before, inside);
    } while (!flow.isAs(before) || heap.size() != size);
  }

  private void with(Statement.With with, Flow flow, Frame frame) {
    Value object = evaluation.of(with.object(), flow, frame);
    Value entered = evaluation.method(object, "__enter__", with, List.of(), flow, frame);
    if (!with.variable().isEmpty()) {
      flow.variables().put(with.variable(), entered);
    }
    run(with.body(), flow, frame);
    if (flow.isAlive()) {
      Value none = Value.literal(null);
      List<Value> exception = List.of(none, none, none);
      evaluation.method(object, "__exit__", with.object(), exception, flow, frame);
    }
  }

  private void assign(Statement.Assign assign, Flow flow, Frame frame) {
    if (isRaise(assign.value())) {
      flow.end();
      return;
    }
    Value value = evaluation.of(assign.value(), flow, frame).as(assign.type());
    List<Expression> targets = assign.targets();
    if (targets.size() == 1) {
      assign(targets.get(0), value, flow, frame);
      return;
    }
    for (int i = 0; i < targets.size(); i++) {
      assign(targets.get(i), value.part(String.valueOf(i)), flow, frame);
    }
  }

  private static boolean isRaise(Expression expression) {
    return expression instanceof Expression.Call call
        && QualifiedName.of(call.function()).endsWith(".RaiseException");
  }

  private void assign(Expression target, Value value, Flow flow, Frame frame) {
    if (target instanceof Expression.Name name) {
      flow.variables().put(name.text(), value);
    } else if (target instanceof Expression.Attribute attribute) {
      Value object = evaluation.of(attribute.of(), flow, frame);
      boolean single = object.locations().size() == 1;
      object.locations().forEach(location -> set(location, attribute.name(), value, single, flow));
      if (object.locations().isEmpty() && value.reachesKept()) {
        findings.doubt("an attribute of an unknown object");
      }
    } else {
      findings.doubt("an assignment to an unknown target");
    }
  }

  private void set(Location location, String name, Value value, boolean single, Flow flow) {
    if (!location.isKept()) {
      location.put(name, value.locations());
      return;
    }
    findings.assigned(Evaluation.attributeOf(location, name));
    if (single && !location.path().isEmpty()) {
      flow.assign(location.path() + "." + name, name, value);
    } else {
      flow.assignSome("", name, value);
    }
  }
}
