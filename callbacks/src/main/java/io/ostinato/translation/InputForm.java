package io.ostinato.translation;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.nlp.qa.QAInput;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.util.StringPair;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The forms that inputs of translators can have, and the columns that they are made of. */
public enum InputForm {
  TEXT(String.class, "a string") {
    @Override
    boolean takes(List<ValueKind> kinds) {
      return kinds.equals(List.of(ValueKind.TEXT));
    }

    @Override
    Object of(Object[] values, NDManager manager) {
      return values[0];
    }
  },
  TEXTS(String[].class, "an array of strings, or several strings") {
    @Override
    boolean takes(List<ValueKind> kinds) {
      return kinds.equals(List.of(ValueKind.TEXTS)) || areAll(kinds, ValueKind.TEXT);
    }

    @Override
    Object of(Object[] values, NDManager manager) {
      List<?> texts = values[0] instanceof List<?> list ? list : Arrays.asList(values);
      return texts.stream().map(String.class::cast).toArray(String[]::new);
    }
  },
  BYTES(byte[].class, "a binary") {
    @Override
    boolean takes(List<ValueKind> kinds) {
      return kinds.equals(List.of(ValueKind.BYTES));
    }

    @Override
    Object of(Object[] values, NDManager manager) {
      return values[0];
    }
  },
  FLOAT(Float.class, "a number") {
    @Override
    Object of(Object[] values, NDManager manager) {
      return ((Number) values[0]).floatValue();
    }
  },
  DOUBLE(Double.class, "a number") {
    @Override
    Object of(Object[] values, NDManager manager) {
      return ((Number) values[0]).doubleValue();
    }
  },
  INTEGER(Integer.class, "a number") {
    @Override
    Object of(Object[] values, NDManager manager) {
      return Math.toIntExact(ToNumbers.wholeOf(values[0]));
    }
  },
  LONG(Long.class, "a number") {
    @Override
    Object of(Object[] values, NDManager manager) {
      return ToNumbers.wholeOf(values[0]);
    }
  },
  FLOATS(float[].class, "an array of numbers, a vector, or several numbers") {
    @Override
    Object of(Object[] values, NDManager manager) {
      return ToNumbers.floats(ToNumbers.doubles(values));
    }
  },
  DOUBLES(double[].class, "an array of numbers, a vector, or several numbers") {
    @Override
    Object of(Object[] values, NDManager manager) {
      return ToNumbers.doubles(values);
    }
  },
  LONGS(long[].class, "an array of numbers, a vector, or several numbers") {
    @Override
    Object of(Object[] values, NDManager manager) {
      return ToNumbers.longs(values);
    }
  },
  INTEGERS(int[].class, "an array of numbers, a vector, or several numbers") {
    @Override
    Object of(Object[] values, NDManager manager) {
      return Arrays.stream(ToNumbers.longs(values)).mapToInt(Math::toIntExact).toArray();
    }
  },
  IMAGE(
      Image.class,
      "an image of Spark's source of images, its six fields (origin, height, width, nChannels,"
          + " mode, data), or a binary with an encoded image such as a PNG or JPEG") {
    @Override
    boolean takes(List<ValueKind> kinds) {
      return kinds.equals(List.of(ValueKind.IMAGE))
          || kinds.equals(List.of(ValueKind.BYTES))
          || kinds.equals(ImageFields.FIELDS);
    }

    @Override
    Object of(Object[] values, NDManager manager) throws IOException {
      if (values[0] instanceof byte[] encoded) {
        return ImageFactory.getInstance().fromInputStream(new ByteArrayInputStream(encoded));
      }
      return ImageFields.of(values[0] instanceof Object[] fields ? fields : values);
    }
  },
  QUESTION(QAInput.class, "two strings: the question and the paragraph") {
    @Override
    boolean takes(List<ValueKind> kinds) {
      return kinds.equals(List.of(ValueKind.TEXT, ValueKind.TEXT));
    }

    @Override
    Object of(Object[] values, NDManager manager) {
      return new QAInput((String) values[0], (String) values[1]);
    }
  },
  PAIR(StringPair.class, "two strings") {
    @Override
    boolean takes(List<ValueKind> kinds) {
      return kinds.equals(List.of(ValueKind.TEXT, ValueKind.TEXT));
    }

    @Override
    Object of(Object[] values, NDManager manager) {
      return new StringPair((String) values[0], (String) values[1]);
    }
  },
  ARRAYS(NDList.class, "a binary with encoded arrays, such as NPZ") {
    @Override
    boolean takes(List<ValueKind> kinds) {
      return kinds.equals(List.of(ValueKind.BYTES));
    }

    @Override
    Object of(Object[] values, NDManager manager) {
      return NDList.decode(manager, (byte[]) values[0]);
    }
  };

  private final Class<?> type;
  private final String columns;

  InputForm(Class<?> type, String columns) {
    this.type = type;
    this.columns = columns;
  }

  /** Whether columns of these kinds make such an input; by default numbers. */
  boolean takes(List<ValueKind> kinds) {
    boolean isOne = kinds.size() == 1 && kinds.get(0) == ValueKind.NUMBER;
    return type.isArray()
        ? kinds.equals(List.of(ValueKind.NUMBERS)) || areAll(kinds, ValueKind.NUMBER)
        : isOne;
  }

  /** Makes the input of the values of its columns, none of which is null. */
  abstract Object of(Object[] values, NDManager manager) throws Exception;

  /**
   * The form of inputs of a type.
   *
   * @throws IllegalArgumentException if inputs of this type can't be made of columns; lists the
   *     types
   */
  public static InputForm of(Class<?> type) {
    return Arrays.stream(values())
        .filter(form -> form.type.equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "inputs of the type %s can't be made of columns; use one of %s"
                        .formatted(type.getTypeName(), types())));
  }

  /** The types of inputs, for messages. */
  public static String types() {
    return Arrays.stream(values())
        .map(form -> form.type.getSimpleName())
        .collect(Collectors.joining(", "));
  }

  /** Why columns of these kinds don't make such an input; empty if they do. */
  public Optional<String> mistake(List<ValueKind> kinds) {
    return takes(kinds)
        ? Optional.empty()
        : Optional.of(
            "an input of the type %s is made of %s".formatted(type.getSimpleName(), columns));
  }

  /**
   * Makes an input.
   *
   * @param values the values of its columns
   * @param manager owns the arrays of the input, if it has any
   * @throws IllegalArgumentException if a value is null, or isn't one of such an input
   */
  public Object read(@Nullable Object[] values, NDManager manager) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null) {
        throw new IllegalArgumentException(
            "value %s of %s is null; drop or fill such rows first".formatted(i + 1, values.length));
      }
    }
    checkKinds(nonNull(values));
    try {
      return of(nonNull(values), manager);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "it can't be read as %s: %s".formatted(type.getSimpleName(), e.getMessage()), e);
    } catch (Exception e) {
      throw new IllegalArgumentException(
          "it can't be read as %s: %s".formatted(type.getSimpleName(), e), e);
    }
  }

  private void checkKinds(Object[] values) {
    List<ValueKind> kinds =
        Arrays.stream(values).flatMap(value -> ValueKind.of(value).stream()).toList();
    if (kinds.size() == values.length) {
      mistake(kinds)
          .ifPresent(
              mistake -> {
                throw new IllegalArgumentException("%s; given: %s".formatted(mistake, kinds));
              });
    }
  }

  @SuppressWarnings("NullAway") // checked before
  private static Object[] nonNull(@Nullable Object[] values) {
    return values;
  }

  private static boolean areAll(List<ValueKind> kinds, ValueKind kind) {
    return !kinds.isEmpty() && Collections.frequency(kinds, kind) == kinds.size();
  }
}
