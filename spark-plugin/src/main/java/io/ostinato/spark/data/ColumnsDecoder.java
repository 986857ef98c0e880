package io.ostinato.spark.data;

import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.ValueColumn;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Row;

/** Converts columns to tensors; the rows have exactly these columns, in this order. */
record ColumnsDecoder(ArrayList<DatasetColumn> columns) implements BatchDecoder {

  /** The columns, if their rows can be read in bulk; empty if a column must be converted. */
  Optional<List<Column>> plain() {
    List<Column> plain =
        columns.stream().filter(Column.class::isInstance).map(Column.class::cast).toList();
    return plain.size() == columns.size() ? Optional.of(plain) : Optional.empty();
  }

  @Override
  public List<HostArray> decode(
      List<Row> rows, List<HostArray> before, RowPlace first, PartitionSkips skips) {
    List<List<ByteBuffer>> tensors =
        columns.stream()
            .map(
                column ->
                    column.tensors().stream().map(tensor -> buffer(tensor, rows.size())).toList())
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
    return arrays(rows.size(), tensors);
  }

  @Override
  public Map<String, String> masks() {
    Map<String, String> masks = new HashMap<>();
    for (DatasetColumn column : columns) {
      if (column instanceof ConvertedColumn converted) {
        converted
            .converter()
            .mask()
            .ifPresent(mask -> column.tensors().forEach(tensor -> masks.put(tensor.name(), mask)));
      }
    }
    return masks;
  }

  @Override
  public List<ValueColumn> values(List<Row> rows, Set<Integer> skipped) {
    List<ValueColumn> values = new ArrayList<>();
    for (int position = 0; position < columns.size(); position++) {
      if (columns.get(position) instanceof ValuesColumn column) {
        List<byte[]> encoded = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
          encoded.add(skipped.contains(i) ? new byte[0] : column.encode(rows.get(i), position));
        }
        values.add(new ValueColumn(column.name(), encoded));
      }
    }
    return values;
  }

  private static ByteBuffer buffer(TensorKind tensor, int rows) {
    long bytes = (long) rows * tensor.rowBytes();
    if (bytes > RowBuffer.MOST_BYTES) {
      throw RowBuffer.tooLarge("tensor '%s'".formatted(tensor.name()), tensor.rowBytes());
    }
    return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void put(Row row, List<List<ByteBuffer>> tensors, RowPlace place) {
    for (int position = 0; position < columns.size(); position++) {
      columns.get(position).put(row, position, tensors.get(position), place);
    }
  }

  /** Replaces whatever was put for a row by zeros. */
  private void clear(int row, List<List<ByteBuffer>> tensors) {
    for (int c = 0; c < columns.size(); c++) {
      List<TensorKind> kinds = columns.get(c).tensors();
      for (int t = 0; t < kinds.size(); t++) {
        int bytes = kinds.get(t).rowBytes();
        tensors.get(c).get(t).position(row * bytes).put(new byte[bytes]);
      }
    }
  }

  private List<HostArray> arrays(int rows, List<List<ByteBuffer>> tensors) {
    List<HostArray> arrays = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      List<TensorKind> kinds = columns.get(c).tensors();
      for (int t = 0; t < kinds.size(); t++) {
        TensorKind kind = kinds.get(t);
        Shape shape = new Shape(rows).addAll(kind.shape());
        arrays.add(
            HostArray.of(kind.name(), kind.dataType(), shape, tensors.get(c).get(t).array()));
      }
    }
    return arrays;
  }
}
