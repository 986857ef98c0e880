package io.ostinato.notebook.cells;

import io.ostinato.notebook.cells.CellMethod.Reference;
import io.ostinato.notebook.cells.CellMethod.StaticField;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Follows the code of cells that runs on executors, from the methods called there. A method that is
 * called on a class of a cell may be that of any of its subclasses whose objects exist there. Not
 * thread-safe.
 */
final class ExecutorCode {
  private final Map<String, Optional<CellClass>> classes = new HashMap<>();
  private final Set<String> live = new LinkedHashSet<>();
  private final Set<Reference> followed = new LinkedHashSet<>();
  private final Map<Reference, Reference> callers = new HashMap<>();
  private final Deque<Reference> next = new ArrayDeque<>();
  private final EntryPoints entryPoints;

  /** Which methods of an object of a class are called by code that isn't of a cell. */
  @FunctionalInterface
  interface EntryPoints {
    Set<Reference> of(CellClass type);
  }

  ExecutorCode(EntryPoints entryPoints) {
    this.entryPoints = entryPoints;
  }

  /** Adds a class whose objects exist on executors; ignored if it is not of a cell. */
  void addObjectsOf(String internalName) {
    CellClass type = of(internalName).orElse(null);
    if (type == null || !live.add(internalName)) {
      return;
    }
    initialize(internalName);
    entryPoints.of(type).forEach(this::add);
    // What was called on a parent may now be a method of this class.
    Set.copyOf(followed).forEach(call -> addOverride(call, type));
  }

  /** Adds a method that executors call; ignored if it is not of a cell. */
  void add(Reference method) {
    if (of(method.owner()).isPresent() && followed.add(method)) {
      next.add(method);
      live.forEach(name -> of(name).ifPresent(type -> addOverride(method, type)));
    }
  }

  /**
   * The variables that are read, each with the method that reads it, as {@code method variable}.
   */
  Set<Finding> findings() {
    Set<Finding> findings = new LinkedHashSet<>();
    while (!next.isEmpty()) {
      Reference reference = next.remove();
      declared(reference)
          .ifPresent(
              method -> {
                method
                    .variables()
                    .forEach(name -> findings.add(new Finding(reader(reference), name)));
                method.calls().forEach(call -> callers.putIfAbsent(call, reference));
                follow(method);
              });
    }
    return findings;
  }

  /** A variable of a cell, and the method that reads it. */
  record Finding(Reference method, String variable) {}

  /** The variables of cells that are assigned, after {@link #findings}. */
  Set<Finding> assignments() {
    Set<Finding> assignments = new LinkedHashSet<>();
    for (Reference reference : followed) {
      declared(reference)
          .ifPresent(
              method ->
                  method.assigned().stream()
                      .filter(field -> CellClass.isWrapper(field.owner()))
                      .forEach(field -> assignments.add(new Finding(reference, field.name()))));
    }
    return assignments;
  }

  /** The static fields of cells' classes that are read and not assigned, by the reading method. */
  Map<Reference, Set<StaticField>> unassigned() {
    Map<Reference, Set<StaticField>> read = new LinkedHashMap<>();
    Set<StaticField> assigned = new HashSet<>();
    for (Reference reference : followed) {
      CellMethod method = declared(reference).orElseGet(CellMethod::new);
      assigned.addAll(method.assigned());
      method.read().stream()
          .filter(field -> !CellClass.isWrapper(field.owner()) && of(field.owner()).isPresent())
          .forEach(field -> read.computeIfAbsent(reference, r -> new LinkedHashSet<>()).add(field));
    }
    read.values()
        .forEach(
            fields ->
                fields.removeIf(
                    field -> assigned.stream().anyMatch(other -> isSame(field, other))));
    read.values().removeIf(Set::isEmpty);
    return read;
  }

  /** Whether two fields may be the same one, which can be used through any subclass. */
  private boolean isSame(StaticField one, StaticField other) {
    return one.name().equals(other.name())
        && (isParent(one.owner(), other.owner()) || isParent(other.owner(), one.owner()));
  }

  private boolean isParent(String ancestor, String name) {
    return of(name).filter(type -> isA(type, ancestor, new HashSet<>())).isPresent();
  }

  /** The method itself, or the one that calls it if Scala has made it to read a variable. */
  private Reference reader(Reference method) {
    return ScalaCells.isWrapper(method.owner()) ? callers.getOrDefault(method, method) : method;
  }

  private void follow(CellMethod method) {
    method.calls().forEach(this::add);
    method.used().forEach(this::initialize);
    method.created().forEach(this::addObjectsOf);
  }

  private void initialize(String internalName) {
    add(new Reference(internalName, "<clinit>", "()V"));
  }

  private void addOverride(Reference call, CellClass type) {
    Reference override = call.in(type.name());
    if (type.method(override).isPresent() && isA(type, call.owner(), new HashSet<>())) {
      add(override);
    }
  }

  private boolean isA(CellClass type, String ancestor, Set<String> seen) {
    return type.name().equals(ancestor)
        || type.parents().stream()
            .filter(seen::add)
            .anyMatch(parent -> of(parent).filter(each -> isA(each, ancestor, seen)).isPresent());
  }

  /** The method, where the class or its nearest parent declares it. */
  private Optional<CellMethod> declared(Reference reference) {
    CellClass type = of(reference.owner()).orElse(null);
    if (type == null) {
      return Optional.empty();
    }
    return type.method(reference)
        .or(
            () ->
                type.parents().stream()
                    .flatMap(parent -> declared(reference.in(parent)).stream())
                    .findFirst());
  }

  private Optional<CellClass> of(String internalName) {
    return classes.computeIfAbsent(internalName, CellClass::read);
  }
}
