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
  public List<HostArray> decode(List<Row> rows, RowPlace first) {
    List<HostArray> arrays = new ArrayList<>(columns.size());
    for (int position = 0; position < columns.size(); position++) {
      arrays.add(decode(columns.get(position), position, rows, first));
    }
    return arrays;
  }

  private static HostArray decode(Column column, int position, List<Row> rows, RowPlace first) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(rows.size(), column.rowBytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rows.size(); i++) {
      column.put(rows.get(i), position, bytes, new RowPlace(first.partition(), first.row() + i));
    }
    Shape shape = new Shape(rows.size()).addAll(new Shape(column.dimensions()));
    return HostArray.of(column.name(), column.dataType(), shape, bytes.array());
  }
}
