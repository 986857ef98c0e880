package io.ostinato.torchscript;

import io.ostinato.torchscript.ModuleCode.Function;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function called at one point of the code. If that call is followed again, in the next iteration
 * of a loop, it creates the same locations.
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

  /**
   * Whether a function may be followed from here: the recursion, including the callers, is not too
   * deep.
   */
  boolean mayFollow(Function called) {
    int depth = 0;
    for (Frame frame = this; frame != null; frame = frame.caller) {
      depth += frame.function == called ? 1 : 0;
    }
    return depth < DEEPEST_RECURSION;
  }

  /** Whether the recursion of this frame's function is not too deep. */
  boolean isAllowed() {
    return caller == null || caller.mayFollow(function);
  }

  /** The object that an expression creates. */
  Location made(Object expression, String type) {
    return locations(expression).computeIfAbsent("made", key -> heap.made(type));
  }

  /** The key and value that an expression gets from a dict. */
  Location pair(Object expression) {
    return locations(expression).computeIfAbsent("pair", key -> heap.made("Tuple"));
  }

  /** The result that an expression gets from an operator. */
  Location given(Object expression, String type) {
    return locations(expression).computeIfAbsent("given", key -> heap.given(type));
  }

  /** A parameter that the user passes. */
  Location parameter(String name, String type) {
    return locations(this).computeIfAbsent(name, key -> heap.input(type));
  }

  private Map<String, Location> locations(Object expression) {
    return locations.computeIfAbsent(expression, key -> new HashMap<>());
  }

  /** The frame of a function that an expression calls. */
  Frame calling(Object expression, Function called) {
    return this.called
        .computeIfAbsent(expression, key -> new IdentityHashMap<>())
        .computeIfAbsent(called, key -> new Frame(called, this, heap));
  }

  /** Functions defined within this one. */
  Map<String, Function> functions() {
    return functions;
  }

  /** Starts to follow the function from its beginning. */
  void start() {
    result = null;
    assignedAtReturn = null;
  }

  /** Returns a value, which ends the flow. */
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

  /**
   * Ends the function, and replaces {@code assigned} with what was assigned on every path to its
   * end.
   */
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
