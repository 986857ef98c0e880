package io.ostinato.spark.ml;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The classes of a classifier, in the order of their numbers. */
final class ClassNumbers implements Serializable {
  private static final long serialVersionUID = 1;

  private final String[] names;

  private ClassNumbers(String[] names) {
    this.names = names;
  }

  /**
   * Creates the classes with these names.
   *
   * @throws IllegalArgumentException if there are fewer than two, or one is named twice
   */
  static ClassNumbers of(List<String> names) {
    Set<String> distinct = new HashSet<>(names);
    if (names.size() < 2 || distinct.size() < names.size()) {
      throw new IllegalArgumentException(
          "the classes %s must be at least two with different names".formatted(names));
    }
    return new ClassNumbers(names.toArray(String[]::new));
  }

  int size() {
    return names.length;
  }

  /**
   * The number of a class.
   *
   * @throws IllegalArgumentException if there is no such class; lists the classes
   */
  int of(String name) {
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "'%s' is not one of the classes %s".formatted(name, List.of(names)));
  }

  /**
   * Checks that classes of a row are in the order of their numbers; some can be missing.
   *
   * @throws IllegalArgumentException if they are not, or one is unknown
   */
  void checkOrder(List<String> ofRow) {
    int last = -1;
    for (String name : ofRow) {
      int number = of(name);
      if (number <= last) {
        throw new IllegalArgumentException(
            "has the classes %s in another order than the first row, %s; list the classes in the order"
                    .formatted(ofRow, List.of(names))
                + " of their numbers");
      }
      last = number;
    }
  }

  /**
   * The number of a class that is given by its number.
   *
   * @throws IllegalArgumentException if it is not one of a class
   */
  int of(Number number) {
    double value = number.doubleValue();
    int whole = (int) value;
    if (whole != value || whole < 0 || whole >= names.length) {
      throw new IllegalArgumentException(
          "%s is not the number of one of the classes %s, 0 to %s"
              .formatted(number, List.of(names), names.length - 1));
    }
    return whole;
  }
}
