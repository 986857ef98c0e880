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

  Flow(Map<String, Value> assigned) {
    this.variables = new HashMap<>();
    this.assigned = assigned;
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
    Map<String, Value> either = new HashMap<>(one.variables);
    other.variables.forEach((name, value) -> either.merge(name, value, Value::or));
    Map<String, Value> both = new HashMap<>(one.assigned);
    both.keySet().retainAll(other.assigned.keySet());
    both.replaceAll((path, value) -> value.or(valueOf(other.assigned, path, value)));
    variables.clear();
    variables.putAll(either);
    assigned.clear();
    assigned.putAll(both);
  }

  private static Value valueOf(Map<String, Value> values, String path, Value otherwise) {
    return values.getOrDefault(path, otherwise);
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
