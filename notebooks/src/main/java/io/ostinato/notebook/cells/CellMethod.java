package io.ostinato.notebook.cells;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a method of a cell's class uses that belongs to cells.
 *
 * @param variables the variables of cells that it reads
 * @param calls the methods of cells' classes that it calls or refers to
 * @param used the classes of cells that it initializes: their static parts run
 * @param created the classes of cells of which it creates objects
 * @param read the static fields that it reads, of any class
 * @param assigned the static fields that it assigns
 */
record CellMethod(
    Set<String> variables,
    Set<Reference> calls,
    Set<String> used,
    Set<String> created,
    Set<StaticField> read,
    Set<StaticField> assigned) {

  /** A static field by the internal name of the class through which it is used, and its name. */
  record StaticField(String owner, String name) {}

  /** A method by the internal name of its class, its name and its descriptor. */
  record Reference(String owner, String name, String descriptor) {
    Reference in(String other) {
      return new Reference(other, name, descriptor);
    }
  }

  CellMethod() {
    this(
        new LinkedHashSet<>(),
        new LinkedHashSet<>(),
        new LinkedHashSet<>(),
        new LinkedHashSet<>(),
        new LinkedHashSet<>(),
        new LinkedHashSet<>());
  }
}
