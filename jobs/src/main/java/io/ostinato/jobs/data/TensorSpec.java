package io.ostinato.jobs.data;

import ai.djl.ndarray.types.DataType;
import io.ostinato.spark.data.RowShape;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.text.Excerpt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/**
 * A column of a dataset as a tensor, such as {@code pixels:float32:1,8,8}; the tensor has the
 * column's name.
 *
 * @param shape the shape of one row; empty for a scalar
 */
public record TensorSpec(String column, DataType type, List<Long> shape) implements ColumnSpec {
  private static final Set<DataType> TYPES =
      EnumSet.complementOf(EnumSet.of(DataType.STRING, DataType.UNKNOWN, DataType.COMPLEX64));
  private static final String FORM =
      "expected column:type or column:type:shape, for example pixels:float32:1,8,8 or label:int64";

  public TensorSpec {
    shape = List.copyOf(shape);
  }

  /**
   * Parses a tensor. The name of the column can contain colons.
   *
   * @param option the name of the option, for messages
   * @throws IllegalArgumentException if the text is invalid; says why
   */
  public static TensorSpec parse(String option, String text) {
    List<String> parts = Arrays.asList(text.split(":", -1));
    int last = parts.size() - 1;
    if (last >= 1 && typeOf(parts.get(last)).isPresent()) {
      return of(option, text, parts.subList(0, last), parts.get(last), List.of());
    }
    if (last < 2) {
      String type = last < 1 || parts.get(last).isBlank() ? "" : unknownType(parts.get(last));
      throw refuse(option, text, type + FORM);
    }
    return of(option, text, parts.subList(0, last - 1), parts.get(last - 1), shapeOf(option, text));
  }

  /** Whether a text has a data type where the form requires one, with or without a shape. */
  static boolean hasType(String text) {
    List<String> parts = Arrays.asList(text.split(":", -1));
    int last = parts.size() - 1;
    return last >= 1 && typeOf(parts.get(last)).isPresent()
        || last >= 2 && typeOf(parts.get(last - 1)).isPresent();
  }

  @Override
  public List<String> tensors() {
    return List.of(column);
  }

  @Override
  public SparkDataset addTo(SparkDataset dataset, Configuration files) {
    return dataset.column(
        column, column, type, shape.stream().mapToLong(Long::longValue).toArray());
  }

  private static TensorSpec of(
      String option, String text, List<String> column, String type, List<Long> shape) {
    String name = String.join(":", column);
    if (name.isBlank()) {
      throw refuse(option, text, "the column is missing; " + FORM);
    }
    DataType found = typeOf(type).orElseThrow(() -> refuse(option, text, unknownType(type)));
    try {
      RowShape.of(found, shape.stream().mapToLong(Long::longValue).toArray());
    } catch (IllegalArgumentException e) {
      throw refuse(option, text, String.valueOf(e.getMessage()));
    }
    return new TensorSpec(name, found, shape);
  }

  private static List<Long> shapeOf(String option, String text) {
    String shape = text.substring(text.lastIndexOf(':') + 1);
    List<Long> dimensions = new ArrayList<>();
    for (String number : shape.split(",", -1)) {
      if (!number.strip().matches("0*[1-9]\\d{0,17}")) {
        throw refuse(
            option,
            text,
            "'%s' is not a valid shape, which is positive numbers separated by commas, without the batch dimension; "
                    .formatted(Excerpt.of(shape))
                + FORM);
      }
      dimensions.add(Long.parseLong(number.strip()));
    }
    return dimensions;
  }

  private static Optional<DataType> typeOf(String text) {
    return TYPES.stream().filter(type -> word(type).equals(text.strip())).findFirst();
  }

  private static String unknownType(String type) {
    return "'%s' is not a data type; use one of %s, or a conversion, one of %s; "
        .formatted(
            Excerpt.of(type),
            TYPES.stream().map(TensorSpec::word).collect(Collectors.joining(", ")),
            String.join(", ", ColumnText.kinds()));
  }

  static String word(DataType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static IllegalArgumentException refuse(String option, String text, String why) {
    return new IllegalArgumentException("%s %s: %s".formatted(option, Excerpt.of(text), why));
  }
}
