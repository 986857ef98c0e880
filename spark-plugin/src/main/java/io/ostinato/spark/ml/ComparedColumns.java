package io.ostinato.spark.ml;

import java.util.List;

/**
 * The columns of transformed rows that metrics compare.
 *
 * @param output the column with the outputs, for metrics that don't name another one: a number, an
 *     array of numbers, a vector of Spark ML, DJL's {@code Classifications} as a struct or as JSON,
 *     or the arrays of an NPZ file as a binary. A metric that {@linkplain
 *     io.ostinato.metric.Metric#ofOutput names an output} reads the column of that name
 * @param label the column with the labels; a string is the name of a class
 * @param classes the names of the classes, in the order of their numbers; then an output that is a
 *     number or a string is a class. Empty if the outputs are scores, or have the names themselves
 */
public record ComparedColumns(String output, String label, List<String> classes) {
  public ComparedColumns {
    classes = List.copyOf(classes);
  }

  /** Columns whose outputs are scores, or have the names of the classes themselves. */
  public static ComparedColumns of(String output, String label) {
    return new ComparedColumns(output, label, List.of());
  }

  /** The same columns with these classes. */
  public ComparedColumns withClasses(List<String> names) {
    return new ComparedColumns(output, label, names);
  }
}
