package io.ostinato.jobs.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The classes of one-hot and multi-hot vectors: a number of indices, or labels. */
final class HotClasses {
  static final String MEANING = "Number of classes, if the column has their indices.";
  static final String OTHERWISE = "that of the labels";
  static final String INDICES = "the column has indices";

  private HotClasses() {}

  /**
   * Checks that either is given.
   *
   * @throws IllegalArgumentException otherwise
   */
  static void check(@Nullable Integer classes, List<String> labels) {
    if (classes == null && labels.isEmpty()) {
      throw new IllegalArgumentException(
          "specify the number of classes of a column of indices, such as 10, or the labels of a"
              + " column of text");
    }
    if (classes != null && !labels.isEmpty()) {
      throw new IllegalArgumentException(
          "classes is for a column of indices, and labels for one of text; remove one of them");
    }
  }
}
