package io.ostinato.spark.data;

import io.ostinato.text.Excerpt;
import io.ostinato.text.Nearest;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** The labels of classes, in the order of their indices. Immutable. */
public final class Labels implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int MOST_NAMED = 3;

  private final LinkedHashMap<String, Integer> indices;

  private Labels(LinkedHashMap<String, Integer> indices) {
    this.indices = indices;
  }

  /**
   * Creates a list of labels.
   *
   * @throws IllegalArgumentException if there are fewer than two, or one is given twice
   */
  public static Labels of(List<String> labels) {
    LinkedHashMap<String, Integer> indices = new LinkedHashMap<>();
    for (String label : labels) {
      Integer before = indices.put(label, indices.size());
      if (before != null) {
        throw new IllegalArgumentException(
            "the label '%s' is given twice, as class %s and as class %s; each class needs its own"
                .formatted(Excerpt.of(label), before, indices.size()));
      }
    }
    if (indices.size() < 2) {
      throw new IllegalArgumentException(
          "%s is given; at least two labels are required"
              .formatted(indices.isEmpty() ? "no label" : "one label"));
    }
    return new Labels(indices);
  }

  /** Creates a list of labels; see {@link #of(List)}. */
  public static Labels of(String... labels) {
    return of(List.of(labels));
  }

  /** The number of labels. */
  public int size() {
    return indices.size();
  }

  /**
   * The index of a label.
   *
   * @throws IllegalArgumentException if it is unknown; the message names the labels that are most
   *     similar, and follows the name of the column
   */
  int indexOf(String label) {
    Integer index = indices.get(label);
    if (index == null) {
      throw new IllegalArgumentException(
          "'%s' is not one of the %s labels; the most similar are %s; add it to the labels, or leave"
                  .formatted(Excerpt.of(label), size(), similar(label))
              + " out such rows");
    }
    return index;
  }

  private String similar(String label) {
    return Nearest.most(label, indices.keySet(), MOST_NAMED).stream()
        .map(near -> "'%s'".formatted(Excerpt.of(near)))
        .collect(Collectors.joining(", "));
  }
}
