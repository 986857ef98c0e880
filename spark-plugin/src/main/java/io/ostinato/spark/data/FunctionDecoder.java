package io.ostinato.spark.data;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.MissingClassException;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.weights.HostArray;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** Converts rows to tensors with a user's function. */
record FunctionDecoder(RowFunction function, OstinatoSettings settings) implements BatchDecoder {

  @Override
  public List<HostArray> decode(
      List<Row> rows, List<HostArray> before, RowPlace first, PartitionSkips skips) {
    Engine engine = NativeEngine.load(settings);
    List<HostArray> kinds = before.stream().map(FunctionDecoder::emptyRow).toList();
    List<List<HostArray>> decoded = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      RowPlace place = new RowPlace(first.partition(), first.row() + i);
      try {
        List<HostArray> arrays = tensorsOf(rows.get(i), engine, place);
        checkKinds(arrays, kinds, place);
        kinds = kinds.isEmpty() ? arrays : kinds;
        decoded.add(arrays);
      } catch (BadRowException e) {
        skips.skip(place, e);
        decoded.add(List.of());
      }
    }
    return stacked(decoded, kinds);
  }

  /** One row of zeros with the name, data type and shape of a row of an array. */
  private static HostArray emptyRow(HostArray rows) {
    Shape shape = rows.shape().slice(1);
    int bytes = Math.toIntExact(HostArray.sizeBytes(rows.dataType(), shape));
    return HostArray.of(rows.name(), rows.dataType(), shape, new byte[bytes]);
  }

  private static List<HostArray> stacked(List<List<HostArray>> rows, List<HostArray> kinds) {
    List<HostArray> stacked = new ArrayList<>();
    for (int c = 0; c < kinds.size(); c++) {
      HostArray kind = kinds.get(c);
      byte[] skipped = new byte[Math.toIntExact(kind.sizeBytes())];
      ByteArrayOutputStream column = new ByteArrayOutputStream();
      for (List<HostArray> row : rows) {
        column.writeBytes(row.isEmpty() ? skipped : row.get(c).bytes());
      }
      Shape shape = new Shape(rows.size()).addAll(kind.shape());
      stacked.add(HostArray.of(kind.name(), kind.dataType(), shape, column.toByteArray()));
    }
    return stacked;
  }

  private List<HostArray> tensorsOf(Row row, Engine engine, RowPlace place) {
    try (NDManager manager = engine.newBaseManager(Device.cpu())) {
      NDList list = function.apply(row, manager);
      if (list == null || list.isEmpty()) {
        throw new IllegalStateException("it returned no arrays");
      }
      List<HostArray> arrays = new ArrayList<>();
      for (NDArray array : list) {
        arrays.add(HostArray.copyOf(nameOf(array, arrays), array));
      }
      return arrays;
    } catch (MissingClassException e) {
      throw e; // no row is to blame
    } catch (Exception | Error e) {
      throw place.refuse("the row function", e);
    }
  }

  private static String nameOf(NDArray array, List<HostArray> before) {
    String name = array.getName();
    if (name == null || name.isEmpty()) {
      throw new IllegalStateException("it returned an array without a name; call setName");
    }
    if (before.stream().anyMatch(other -> other.name().equals(name))) {
      throw new IllegalStateException(
          "it returned two arrays named '%s'; names must be unique".formatted(name));
    }
    return name;
  }

  private static void checkKinds(List<HostArray> arrays, List<HostArray> kinds, RowPlace place) {
    if (!kinds.isEmpty() && !kindsOf(arrays).equals(kindsOf(kinds))) {
      throw place.refuse(
          "the row function",
          "returned %s; expected %s, as for the previous rows".formatted(arrays, kinds));
    }
  }

  private static List<String> kindsOf(List<HostArray> arrays) {
    return arrays.stream().map(HostArray::toString).toList();
  }
}
