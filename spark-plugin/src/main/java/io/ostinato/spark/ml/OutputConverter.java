package io.ostinato.spark.ml;

import ai.djl.ndarray.types.DataType;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.data.TensorKind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Converts an output or a label that is not a plain number or array.
 *
 * @param tensor the tensor it becomes
 * @param form how its values are read
 */
record OutputConverter(TensorKind tensor, Form form) implements ColumnConverter {

  /** Reads a value. */
  interface Form extends java.io.Serializable {

    /** Appends the tensor of a row. */
    void put(Object value, ByteBuffer target) throws Exception;
  }

  /** The probabilities of classes, float64 {@code (classes)}. */
  static OutputConverter ofClasses(String name, ClassNumbers classes, ClassScoreForm form) {
    return new OutputConverter(
        TensorKind.of(name, DataType.FLOAT64, classes.size()),
        (value, target) -> {
          double[] scores = form.scores(value, classes);
          for (double score : scores) {
            target.putDouble(score);
          }
        });
  }

  /** The number of a class, int64. */
  static OutputConverter ofLabels(String name, ClassNumbers classes) {
    return new OutputConverter(
        TensorKind.of(name, DataType.INT64),
        (value, target) -> target.putLong(ClassScoreForm.classOf(value, classes)));
  }

  @Override
  public List<TensorKind> tensors() {
    return List.of(tensor);
  }

  /** The type has decided on the form already. */
  @Override
  public Optional<String> mistake(org.apache.spark.sql.types.DataType type) {
    return Optional.empty();
  }

  @Override
  public void convert(Object value, List<ByteBuffer> tensors) throws Exception {
    form.put(value, tensors.get(0));
  }
}
