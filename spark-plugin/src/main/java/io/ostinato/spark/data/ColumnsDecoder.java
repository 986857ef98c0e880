package io.ostinato.spark.data;

import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** Converts columns to tensors; the rows have exactly these columns, in this order. */
record ColumnsDecoder(ArrayList<Column> columns) implements BatchDecoder {

  @Override
  public List<HostArray> decode(
      List<Row> rows, List<HostArray> before, RowPlace first, PartitionSkips skips) {
    List<ByteBuffer> tensors =
        columns.stream()
            .map(
                column ->
                    ByteBuffer.allocate(Math.multiplyExact(rows.size(), column.rowBytes()))
                        .order(ByteOrder.LITTLE_ENDIAN))
            .toList();
    for (int i = 0; i < rows.size(); i++) {
      RowPlace place = new RowPlace(first.partition(), first.row() + i);
      try {
        put(rows.get(i), tensors, place);
      } catch (RuntimeException e) {
        skips.skip(place, e);
        clear(i, tensors);
      }
    }
    List<HostArray> arrays = new ArrayList<>(columns.size());
    for (int c = 0; c < columns.size(); c++) {
      Column column = columns.get(c);
      Shape shape = new Shape(rows.size()).addAll(new Shape(column.dimensions()));
      arrays.add(HostArray.of(column.name(), column.dataType(), shape, tensors.get(c).array()));
    }
    return arrays;
  }

  private void put(Row row, List<ByteBuffer> tensors, RowPlace place) {
    for (int position = 0; position < columns.size(); position++) {
      columns.get(position).put(row, position, tensors.get(position), place);
    }
  }

  /** Replaces whatever was put for a row by zeros. */
  private void clear(int row, List<ByteBuffer> tensors) {
    for (int c = 0; c < columns.size(); c++) {
      int bytes = columns.get(c).rowBytes();
      tensors.get(c).position(row * bytes).put(new byte[bytes]);
    }
  }
}
