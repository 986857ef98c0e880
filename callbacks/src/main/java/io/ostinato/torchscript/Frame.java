package io.ostinato.torchscript;

import io.ostinato.torchscript.ModuleCode.Function;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function called at one place of the code. Whenever that is followed again, in the next round of
 * a loop, the locations that it makes are the same.
 */
final class Frame {
  private static final int DEEPEST_RECURSION = 2;

  private final Function function;
  private final @Nullable Frame caller;
  private final Location.Heap heap;
  private final Map<Object, Map<String, Location>> locations = new IdentityHashMap<>();
  private final Map<Object, Map<Function, Frame>> called = new IdentityHashMap<>();
  private final Map<String, Function> functions = new HashMap<>();
  private @Nullable Value result;
  private @Nullable Map<String, Value> assignedAtReturn;

  Frame(Function function, @Nullable Frame caller, Location.Heap heap) {
    this.function = function;
    this.caller = caller;
    this.heap = heap;
  }

  Function function() {
    return function;
  }

  Location.Heap heap() {
    return heap;
  }

  /** Whether a function is not being followed too often already, here and in the callers. */
  boolean mayFollow(Function called) {
    int depth = 0;
    for (Frame frame = this; frame != null; frame = frame.caller) {
      depth += frame.function == called ? 1 : 0;
    }
    return depth < DEEPEST_RECURSION;
  }

  /** Whether its function isn't followed too often already. */
  boolean isAllowed() {
    return caller == null || caller.mayFollow(function);
  }

  /** What an expression makes. */
  Location made(Object expression, String type) {
    return locations(expression).computeIfAbsent("made", key -> heap.made(type));
  }

  /** A key and a value that an expression gets from a dict. */
  Location pair(Object expression) {
    return locations(expression).computeIfAbsent("pair", key -> heap.made("Tuple"));
  }

  /** What an expression gets from an operator. */
  Location given(Object expression, String type) {
    return locations(expression).computeIfAbsent("given", key -> heap.given(type));
  }

  /** A parameter that the user gives. */
  Location parameter(String name, String type) {
    return locations(this).computeIfAbsent(name, key -> heap.input(type));
  }

  private Map<String, Location> locations(Object expression) {
    return locations.computeIfAbsent(expression, key -> new HashMap<>());
  }

  /** A function that an expression calls. */
  Frame calling(Object expression, Function called) {
    return this.called
        .computeIfAbsent(expression, key -> new IdentityHashMap<>())
        .computeIfAbsent(called, key -> new Frame(called, this, heap));
  }

  /** Functions that were defined within this one. */
  Map<String, Function> functions() {
    return functions;
  }

  /** It is followed from its start. */
  void start() {
    result = null;
    assignedAtReturn = null;
  }

  /** It gives a value, and nothing follows. */
  void leave(Value value, Flow flow) {
    result = result == null ? value : result.or(value);
    keepAssigned(flow);
    flow.end();
  }

  private void keepAssigned(Flow flow) {
    Map<String, Value> before = assignedAtReturn;
    assignedAtReturn =
        before == null ? new HashMap<>(flow.assigned()) : Flow.either(before, flow.assigned());
  }

  /** It is over; tells what was assigned on every way to its end. */
  Value end(Flow flow, Map<String, Value> assigned) {
    if (flow.isAlive()) {
      keepAssigned(flow);
    }
    if (assignedAtReturn != null && assigned != assignedAtReturn) {
      assigned.clear();
      assigned.putAll(assignedAtReturn);
    }
    return result == null ? Value.literal(null) : result;
  }
}
