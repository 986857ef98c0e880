package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import io.ostinato.translation.RowValues;
import io.ostinato.weights.Checksum;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/**
 * Columns of a dataset whose values are kept beside the tensors. Their tensor is an int64 with a
 * checksum of the values of each row, so that changes of the data are noticed.
 */
record ValuesColumn(String name, ValueColumns columns) implements DatasetColumn {

  @Override
  public String column() {
    return String.join("', '", columns.names());
  }

  @Override
  public String expression() {
    return columns.names().stream()
        .map(DatasetColumn::quoted)
        .collect(Collectors.joining(", ", "struct(", ") AS " + DatasetColumn.quoted(name)));
  }

  @Override
  public List<TensorKind> tensors() {
    return List.of(TensorKind.of(name, DataType.INT64));
  }

  @Override
  public void put(Row row, int position, List<ByteBuffer> targets, RowPlace place) {
    byte[] values;
    try {
      values = encode(row, position);
    } catch (IllegalArgumentException e) {
      throw place.refuse("column '%s'".formatted(column()), String.valueOf(e.getMessage()));
    }
    targets.get(0).putLong(Checksum.of(List.of(ByteBuffer.wrap(values))));
  }

  /** The encoded values of a row. */
  byte[] encode(Row row, int position) {
    Row values = row.getStruct(position);
    int[] positions = new int[columns.names().size()];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = i;
    }
    return RowValues.encode(columns.valuesOf(values, positions));
  }
}
