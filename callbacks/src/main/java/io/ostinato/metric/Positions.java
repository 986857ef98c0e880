package io.ostinato.metric;

import ai.djl.ndarray.types.Shape;

/**
 * The positions of a batch, each of which has a target, in row-major order.
 *
 * @param shape their shape, with the rows first
 * @param labelAxis the dimension of the labels; 0 for none
 * @param ofRow the number of positions of a row
 * @param labels the number of labels; 1 if positions don't have several
 * @param ofLabel the number of consecutive positions with the same label
 */
record Positions(Shape shape, int labelAxis, int ofRow, int labels, int ofLabel) {

  static Positions of(Shape shape) {
    return new Positions(shape, 0, size(shape.slice(1)), 1, 1);
  }

  static Positions ofLabels(Shape shape, int labelAxis) {
    return new Positions(
        shape,
        labelAxis,
        size(shape.slice(1)),
        Math.toIntExact(shape.get(labelAxis)),
        size(shape.slice(labelAxis + 1)));
  }

  private static int size(Shape shape) {
    return Math.toIntExact(shape.size());
  }

  /** The label of a position, from 0. */
  int label(int place) {
    return labelAxis == 0 ? 0 : place / ofLabel % labels;
  }

  /** The row of a position, from 0. */
  int row(int place) {
    return place / ofRow;
  }
}
