package io.ostinato.metric;

import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The dimension of the classes or labels of outputs.
 *
 * @param axis the dimension; null to infer it from the shapes
 * @param areOfLabels whether it is that of labels
 */
record ClassAxes(@Nullable Integer axis, boolean areOfLabels) implements Serializable {
  static final ClassAxes INFERRED = new ClassAxes(null, false);

  ClassAxes ofClasses(int newAxis) {
    if (areOfLabels) {
      throw both(newAxis, axis);
    }
    return new ClassAxes(newAxis, false);
  }

  ClassAxes ofLabels(int newAxis) {
    if (axis != null && !areOfLabels) {
      throw both(axis, newAxis);
    }
    if (newAxis == 0) {
      throw new IllegalArgumentException(
          "label_axis=0 is the dimension of the rows; expected 1, or -1 for the last dimension");
    }
    return new ClassAxes(newAxis, true);
  }

  /**
   * The layout of outputs for targets of a given shape.
   *
   * @throws IllegalArgumentException if the shapes don't match, or are ambiguous
   */
  ClassLayout layout(Shape outputs, Shape targets) {
    return areOfLabels && axis != null
        ? ClassLayout.ofLabels(outputs, targets, axis)
        : ClassLayout.of(outputs, targets, axis);
  }

  private static IllegalArgumentException both(
      @Nullable Integer classes, @Nullable Integer labels) {
    return new IllegalArgumentException(
        "class_axis=%s and label_axis=%s can't be set together: a position has either one of several"
                .formatted(classes, labels)
            + " classes or several labels; remove one of them");
  }
}
