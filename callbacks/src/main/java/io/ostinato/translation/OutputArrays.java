package io.ostinato.translation;

import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Joins outputs of translators to one array, which metrics can read. */
public final class OutputArrays {
  private OutputArrays() {}

  /**
   * Joins outputs: the probabilities of {@code Classifications} in the order of its class names,
   * float64 {@code (rows, classes)}; arrays of numbers, {@code (rows, ...)}; and numbers, {@code
   * (rows)}.
   *
   * @param outputs at least one
   * @throws IllegalArgumentException if an output is null, outputs of their type can't be joined,
   *     or they have different types, classes or shapes
   */
  public static NDArray join(List<?> outputs, NDManager manager) {
    checkTypes(outputs);
    Object first = outputs.get(0);
    if (first instanceof Classifications classes) {
      return classes(outputs, classes.getClassNames(), manager);
    } else if (first instanceof Number || first instanceof Boolean) {
      return numbers(outputs, manager);
    }
    Function<Object, NDArray> array = arrayOf(first, manager);
    return stacked(outputs.stream().map(array).toList());
  }

  private static void checkTypes(List<?> outputs) {
    for (int row = 0; row < outputs.size(); row++) {
      Object output = outputs.get(row);
      if (output == null) {
        throw new IllegalArgumentException(
            "the output of row %s of the batch is null; metrics need an output in each row"
                .formatted(row));
      }
      Class<?> type = typeOf(output);
      Class<?> wanted = typeOf(outputs.get(0));
      if (type != wanted) {
        throw new IllegalArgumentException(
            "the output of row %s of the batch is a %s, and that of the first row a %s; metrics need"
                    .formatted(row, type.getTypeName(), wanted.getTypeName())
                + " the same type in each row");
      }
    }
  }

  private static Class<?> typeOf(Object output) {
    return Stream.<Class<?>>of(Number.class, Classifications.class, NDArray.class, NDList.class)
        .filter(type -> type.isInstance(output))
        .findFirst()
        .orElseGet(output::getClass);
  }

  private static NDArray classes(List<?> outputs, List<String> names, NDManager manager) {
    double[] all = new double[outputs.size() * names.size()];
    for (int row = 0; row < outputs.size(); row++) {
      Classifications classes = (Classifications) outputs.get(row);
      if (!classes.getClassNames().equals(names)) {
        throw new IllegalArgumentException(
            "the classes of row %s of the batch are %s, and those of the first row %s; metrics need"
                    .formatted(row, classes.getClassNames(), names)
                + " the same classes in each row");
      }
      for (int i = 0; i < names.size(); i++) {
        all[row * names.size() + i] = classes.getProbabilities().get(i);
      }
    }
    return manager.create(all, new Shape(outputs.size(), names.size()));
  }

  private static NDArray numbers(List<?> outputs, NDManager manager) {
    Object first = outputs.get(0);
    if (outputs.stream().allMatch(n -> n instanceof Long || n instanceof Integer)) {
      return manager.create(outputs.stream().mapToLong(n -> ((Number) n).longValue()).toArray());
    } else if (first instanceof Boolean) {
      boolean[] flags = new boolean[outputs.size()];
      for (int i = 0; i < flags.length; i++) {
        flags[i] = (Boolean) outputs.get(i);
      }
      return manager.create(flags);
    }
    return manager.create(outputs.stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray());
  }

  private static Function<Object, NDArray> arrayOf(Object first, NDManager manager) {
    if (first instanceof float[]) {
      return output -> manager.create((float[]) output);
    } else if (first instanceof double[]) {
      return output -> manager.create((double[]) output);
    } else if (first instanceof int[]) {
      return output -> manager.create((int[]) output);
    } else if (first instanceof long[]) {
      return output -> manager.create((long[]) output);
    } else if (first instanceof NDArray) {
      return NDArray.class::cast;
    } else if (first instanceof NDList) {
      return output -> only((NDList) output);
    }
    throw new IllegalArgumentException(
        "outputs of the type %s can't be read by metrics; use Classifications, a number, an array of"
                .formatted(first.getClass().getTypeName())
            + " numbers, NDArray or NDList with one array, or override processOutputs");
  }

  private static NDArray only(NDList arrays) {
    if (arrays.size() != 1) {
      throw new IllegalArgumentException(
          "an output of the batch has %s arrays; metrics need one, or override processOutputs"
              .formatted(arrays.size()));
    }
    return arrays.head();
  }

  private static NDArray stacked(List<NDArray> arrays) {
    Shape shape = arrays.get(0).getShape();
    for (int row = 0; row < arrays.size(); row++) {
      if (!arrays.get(row).getShape().equals(shape)) {
        throw new IllegalArgumentException(
            "the output of row %s of the batch has the shape %s, and that of the first row %s; metrics"
                    .formatted(row, arrays.get(row).getShape(), shape)
                + " need the same shape in each row");
      }
    }
    return NDArrays.stack(new NDList(arrays));
  }
}
