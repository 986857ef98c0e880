package io.ostinato.spark.data;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.MissingClassException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;

/** A column of a dataset whose values are converted by a {@link ColumnConverter}. */
record ConvertedColumn(String column, ColumnConverter converter, List<TensorKind> tensors)
    implements DatasetColumn {

  static ConvertedColumn of(String column, ColumnConverter converter) {
    return new ConvertedColumn(column, converter, List.copyOf(converter.tensors()));
  }

  @Override
  public void put(Row row, int position, List<ByteBuffer> targets, RowPlace place) {
    String subject = "column '%s'".formatted(column);
    if (row.isNullAt(position)) {
      throw place.refuse(subject, "is null; drop or fill such rows first");
    }
    int[] ends = new int[targets.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = targets.get(i).position() + tensors.get(i).rowBytes();
    }
    try {
      converter.convert(valueOf(row, position), targets);
    } catch (IllegalArgumentException e) {
      throw place.refuse(subject, String.valueOf(e.getMessage()));
    } catch (MissingClassException | EvaluationException e) {
      throw e; // no row is to blame
    } catch (Exception | Error e) {
      throw place.refuse(subject, e);
    }
    checkEnds(targets, ends, subject, place);
  }

  private static Object valueOf(Row row, int position) {
    return row.schema().fields()[position].dataType() instanceof ArrayType
        ? row.getList(position)
        : row.get(position);
  }

  private void checkEnds(List<ByteBuffer> targets, int[] ends, String subject, RowPlace place) {
    for (int i = 0; i < ends.length; i++) {
      if (targets.get(i).position() != ends[i]) {
        int bytes = tensors.get(i).rowBytes();
        throw place.refuse(
            subject,
            "%s appended %s bytes to the tensor '%s', whose rows have %s"
                .formatted(
                    converter.getClass().getName(),
                    targets.get(i).position() - ends[i] + bytes,
                    tensors.get(i).name(),
                    bytes));
      }
    }
  }
}
