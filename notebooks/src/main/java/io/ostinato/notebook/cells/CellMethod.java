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
 */
record CellMethod(
    Set<String> variables, Set<Reference> calls, Set<String> used, Set<String> created) {

  /** A method by the internal name of its class, its name and its descriptor. */
  record Reference(String owner, String name, String descriptor) {
    Reference in(String other) {
      return new Reference(other, name, descriptor);
    }
  }

  CellMethod() {
    this(
        new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>());
  }
}
