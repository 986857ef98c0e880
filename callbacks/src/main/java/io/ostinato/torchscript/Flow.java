package io.ostinato.torchscript;

import java.util.HashMap;
import java.util.Map;

/**
 * What is known at a point of the code: the variables of its function, and the attributes of the
 * module that were assigned on every path to it.
 */
final class Flow {
  private final Map<String, Value> variables;
  private final Map<String, Value> assigned;
  private boolean alive = true;

  Flow(Map<String, Value> variables, Map<String, Value> assigned) {
    this.variables = new HashMap<>(variables);
    this.assigned = new HashMap<>(assigned);
  }

  private Flow(Flow other) {
    variables = new HashMap<>(other.variables);
    assigned = new HashMap<>(other.assigned);
    alive = other.alive;
  }

  Flow copy() {
    return new Flow(this);
  }

  Map<String, Value> variables() {
    return variables;
  }

  /** The assigned attributes by path, such as {@code self.features}. */
  Map<String, Value> assigned() {
    return assigned;
  }

  boolean isAlive() {
    return alive;
  }

  /** Ends this flow with a return or an exception: the code that follows is not reached. */
  void end() {
    alive = false;
  }

  /** Replaces this flow with the merge of two flows that meet. */
  void become(Flow one, Flow other) {
    alive = one.alive || other.alive;
    if (!one.alive || !other.alive) {
      replace(one.alive ? one : other);
      return;
    }
    Map<String, Value> merged = new HashMap<>(one.variables);
    other.variables.forEach((name, value) -> merged.merge(name, value, Value::or));
    Map<String, Value> both = either(one.assigned, other.assigned);
    variables.clear();
    variables.putAll(merged);
    assigned.clear();
    assigned.putAll(both);
  }

  /** The attributes assigned in both; each has one of the two values. */
  static Map<String, Value> either(Map<String, Value> one, Map<String, Value> other) {
    Map<String, Value> both = new HashMap<>();
    one.forEach(
        (path, value) -> {
          Value there = other.get(path);
          if (there != null) {
            both.put(path, value.or(there));
          }
        });
    return both;
  }

  /** Whether the same is known in both flows. */
  boolean isAs(Flow other) {
    return alive == other.alive
        && variables.equals(other.variables)
        && assigned.equals(other.assigned);
  }

  /** Assigns an attribute of one known object of the module. */
  void assign(String path, String name, Value value) {
    assignSome(path, name, value);
    assigned.put(path, value);
  }

  /**
   * Assigns an attribute of an object that isn't known exactly, since two paths can lead to the
   * same object.
   *
   * @param except the path that is certainly assigned; empty if there is none
   */
  void assignSome(String except, String name, Value value) {
    String end = "." + name;
    assigned.keySet().removeIf(path -> path.contains(end + "."));
    assigned.replaceAll(
        (path, before) -> path.endsWith(end) && !path.equals(except) ? before.or(value) : before);
  }

  private void replace(Flow other) {
    if (other != this) {
      Map<String, Value> theirVariables = new HashMap<>(other.variables);
      Map<String, Value> theirAssigned = new HashMap<>(other.assigned);
      variables.clear();
      variables.putAll(theirVariables);
      assigned.clear();
      assigned.putAll(theirAssigned);
    }
  }
}
