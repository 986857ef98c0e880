package io.ostinato.metric;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The layout of the classes in an array of outputs.
 *
 * @param columns the length of the dimension of classes; 1 if there is none
 * @param inner the stride between the scores of one position
 * @param isOneHot whether the targets have that dimension too
 * @param positions the positions, each of which has a target
 */
record ClassLayout(int columns, int inner, boolean isOneHot, Positions positions) {

  /**
   * The layout of outputs for targets of a given shape.
   *
   * @param axis the dimension of classes; 0 for none; null to infer it from the shapes
   * @throws IllegalArgumentException if the shapes don't match, or are ambiguous
   */
  static ClassLayout of(Shape outputs, Shape targets, @Nullable Integer axis) {
    Shapes shapes = Shapes.of(outputs, targets);
    return axis == null ? told(shapes) : along(shapes, axis);
  }

  /**
   * The layout of outputs with several labels, each with a target of its own.
   *
   * @param axis the dimension of the labels
   * @throws IllegalArgumentException if the targets have another shape, or the outputs lack the
   *     dimension
   */
  static ClassLayout ofLabels(Shape outputs, Shape targets, int axis) {
    int dimension = outputs.dimension();
    int labelAxis = axis < 0 ? axis + dimension : axis;
    if (labelAxis < 1 || labelAxis >= dimension) {
      throw new IllegalArgumentException(
          "label_axis=%s can't be the dimension of labels of the outputs %s; %s"
              .formatted(
                  axis,
                  outputs,
                  dimension < 2
                      ? "expected outputs of the shape (rows, labels)"
                      : "expected 1 to " + (dimension - 1)));
    }
    if (!outputs.equals(targets)) {
      throw new IllegalArgumentException(
          "with label_axis, targets have the shape of the outputs, a 0 or 1 for each label; given:"
              + " outputs %s and targets %s; without it, a target is one of several classes"
                  .formatted(outputs, targets));
    }
    return new ClassLayout(1, 1, false, Positions.ofLabels(outputs, labelAxis));
  }

  /** Where the scores of a position begin. */
  int start(int place) {
    return inner == 1 ? place * columns : place / inner * inner * columns + place % inner;
  }

  private static ClassLayout along(Shapes shapes, int axis) {
    int dimension = shapes.outputs().dimension();
    int classAxis = axis < 0 ? axis + dimension : axis;
    if (classAxis < 0 || classAxis >= dimension || (axis < 0 && classAxis == 0)) {
      throw new IllegalArgumentException(
          "class_axis=%s can't be the dimension of classes of the outputs %s; %s"
              .formatted(
                  axis,
                  shapes.outputs(),
                  dimension == 1
                      ? "they have none, which is class_axis=0"
                      : "expected 1 to " + (dimension - 1)));
    }
    if (shapes.fit(classAxis)) {
      return shapes.layout(classAxis);
    }
    if (classAxis > 0 && shapes.outputs().equals(shapes.targets())) {
      return shapes.layoutOfOneHot(classAxis);
    }
    throw shapes.refuse();
  }

  private static ClassLayout told(Shapes shapes) {
    int last = shapes.outputs().dimension() - 1;
    if (last == 0) {
      return along(shapes, 0);
    }
    List<ClassLayout> fitting = new ArrayList<>();
    LongStream.of(1, last)
        .distinct()
        .mapToInt(axis -> (int) axis)
        .filter(shapes::fit)
        .forEach(axis -> fitting.add(shapes.layout(axis)));
    if (fitting.isEmpty()) {
      throw shapes.fit(0) ? shapes.refuseSame() : shapes.refuse();
    }
    if (fitting.size() > 1 && fitting.get(0).columns() > 1) {
      throw new IllegalArgumentException(
          "the classes of the outputs %s may be in dimension 1 or %s, since the targets are %s;"
                  .formatted(shapes.outputs(), last, shapes.targets())
              + " set class_axis=1 or class_axis="
              + last);
    }
    return fitting.get(0);
  }

  /** The shapes of outputs and targets, with the same number of rows. */
  private record Shapes(Shape outputs, Shape targets) {

    static Shapes of(Shape outputs, Shape targets) {
      Shapes shapes = new Shapes(outputs, targets);
      if (outputs.dimension() == 0
          || targets.dimension() == 0
          || outputs.get(0) != targets.get(0)) {
        throw shapes.refuse();
      }
      return shapes;
    }

    /** Whether there is a target for each position, if this is the dimension of classes. */
    boolean fit(int classAxis) {
      long[] all = outputs.getShape();
      long[] places =
          LongStream.range(1, all.length)
              .filter(dimension -> dimension != classAxis)
              .map(dimension -> all[(int) dimension])
              .toArray();
      return Arrays.equals(withoutOnes(places), withoutOnes(targets.slice(1).getShape()));
    }

    ClassLayout layout(int classAxis) {
      return classAxis == 0
          ? new ClassLayout(1, 1, false, Positions.of(targets))
          : new ClassLayout(classes(classAxis), inner(classAxis), false, Positions.of(targets));
    }

    ClassLayout layoutOfOneHot(int classAxis) {
      Positions positions = Positions.of(Mask.without(outputs, classAxis));
      return new ClassLayout(classes(classAxis), inner(classAxis), true, positions);
    }

    private int classes(int classAxis) {
      return Math.toIntExact(outputs.get(classAxis));
    }

    private int inner(int classAxis) {
      return Math.toIntExact(outputs.slice(classAxis + 1).size());
    }

    private static long[] withoutOnes(long[] dimensions) {
      return LongStream.of(dimensions).filter(dimension -> dimension != 1).toArray();
    }

    IllegalArgumentException refuse() {
      return new IllegalArgumentException(
          "a metric of classes needs outputs of the shape (rows, classes), (rows, ..., classes) or"
              + " (rows, classes, ...), and a target for each position, (rows) or (rows, ...);"
              + " given: outputs %s and targets %s".formatted(outputs, targets));
    }

    IllegalArgumentException refuseSame() {
      return new IllegalArgumentException(
          "outputs and targets have the same shape, %s, so the dimension of classes is unknown; if"
                  .formatted(outputs)
              + " the targets are one-hot, set it, as in class_axis=1; if they are multi-label, with"
              + " a 0 or 1 for each label, set label_axis=1; if each number is an output for two"
              + " classes, set class_axis=0");
    }
  }
}
