package io.ostinato.torchscript;

import java.util.HashMap;
import java.util.Map;

/**
 * What is known at one place of the code: the variables of its function, and what was assigned to
 * attributes of the module on every way there.
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

  /** By path, as in {@code self.features}. */
  Map<String, Value> assigned() {
    return assigned;
  }

  boolean isAlive() {
    return alive;
  }

  /** A return or an exception: nothing that follows is reached. */
  void end() {
    alive = false;
  }

  /** Becomes what is known where two ways meet. */
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

  /** What is assigned in both; it has one of both values. */
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

  /** Whether the same is known there. */
  boolean isAs(Flow other) {
    return alive == other.alive
        && variables.equals(other.variables)
        && assigned.equals(other.assigned);
  }

  /** An attribute of one object of the module's is assigned. */
  void assign(String path, String name, Value value) {
    assignSome(path, name, value);
    assigned.put(path, value);
  }

  /**
   * An attribute is assigned of an object that may be any, since two paths may lead to one object.
   *
   * @param except the path that is known for certain; empty if there is none
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
