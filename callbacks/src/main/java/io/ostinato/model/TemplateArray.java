package io.ostinato.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * A parameter or buffer of a module whose elements can be replaced.
 *
 * @param isRequired whether it is a parameter, which weights must have; a buffer that they don't
 *     have keeps its elements
 * @param place where its elements are; arrays with equal places are the same memory
 */
record TemplateArray(
    String name, boolean isRequired, DataType dataType, Shape shape, Object place) {
  @Override
  public String toString() {
    return "'%s' (%s %s)".formatted(name, dataType, shape);
  }
}
