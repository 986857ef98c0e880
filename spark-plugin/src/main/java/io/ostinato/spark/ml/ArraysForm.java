package io.ostinato.spark.ml;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.model.OutputCopy;
import io.ostinato.spark.data.TensorKind;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;

/**
 * The first array of an NPZ file, or of another encoding of arrays by DJL.
 *
 * @param kind data type and shape of each row
 */
record ArraysForm(TensorKind kind, OstinatoSettings settings) implements OutputConverter.Form {

  /** A converter for values like the first one, whose shape all must have. */
  static OutputConverter like(byte[] first, String name, OstinatoSettings settings) {
    HostArray array = decoded(first, settings);
    TensorKind kind = TensorKind.of(name, array.dataType(), array.shape().getShape());
    return new OutputConverter(kind, new ArraysForm(kind, settings));
  }

  private static HostArray decoded(byte[] bytes, OstinatoSettings settings) {
    try (NDManager manager = NativeEngine.load(settings).newBaseManager(Device.cpu())) {
      NDList arrays = NDList.decode(manager, bytes);
      if (arrays.isEmpty()) {
        throw new IllegalArgumentException("has no arrays");
      }
      NDArray array = arrays.head();
      return OutputCopy.of("", array);
    }
  }

  @Override
  public void put(Object value, ByteBuffer target) {
    HostArray array = decoded((byte[]) value, settings);
    if (array.dataType() != kind.dataType() || !array.shape().equals(kind.shape())) {
      throw new IllegalArgumentException(
          "has an array of %s %s; expected %s %s, as in the first row"
              .formatted(array.dataType(), array.shape(), kind.dataType(), kind.shape()));
    }
    array.writeTo(target);
  }
}
