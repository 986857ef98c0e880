package io.ostinato.evaluation;

import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What the batches of a column have in common.
 *
 * @param rowShape all dimensions but the first
 * @param rowBytes size of one row, in bytes
 */
record ColumnKind(String name, String dataType, List<Long> rowShape, long rowBytes)
    implements Serializable, Comparable<ColumnKind> {

  static ColumnKind of(HostArray column) {
    long[] dimensions = column.shape().getShape();
    List<Long> rowShape = new ArrayList<>();
    for (int i = 1; i < dimensions.length; i++) {
      rowShape.add(dimensions[i]);
    }
    long rows = dimensions.length == 0 ? 1 : Math.max(1, dimensions[0]);
    return new ColumnKind(
        column.name(), column.dataType().name(), List.copyOf(rowShape), column.sizeBytes() / rows);
  }

  @Override
  public int compareTo(ColumnKind other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    Shape shape = new Shape(rowShape.stream().mapToLong(each -> each).toArray());
    return "%s: %s %s".formatted(name, dataType, shape);
  }
}
