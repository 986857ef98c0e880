package io.ostinato.spark.ml;

import ai.djl.modality.Classifications;
import ai.djl.modality.Classifications.Classification;
import ai.djl.modality.cv.output.CategoryMask;
import ai.djl.modality.cv.output.DetectedObjects;
import ai.djl.modality.nlp.translator.NamedEntity;
import ai.djl.ndarray.NDList;
import com.google.gson.JsonPrimitive;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** The forms that outputs of translators can have, and the columns that they become. */
enum OutputForm {
  TEXT(String.class, DataTypes.StringType),
  BYTES(byte[].class, DataTypes.BinaryType),
  FLOAT(Float.class, DataTypes.FloatType),
  DOUBLE(Double.class, DataTypes.DoubleType),
  INTEGER(Integer.class, DataTypes.IntegerType),
  LONG(Long.class, DataTypes.LongType),
  BOOLEAN(Boolean.class, DataTypes.BooleanType),
  FLOATS(float[].class, DataTypes.createArrayType(DataTypes.FloatType, false)),
  DOUBLES(double[].class, DataTypes.createArrayType(DataTypes.DoubleType, false)),
  INTEGERS(int[].class, DataTypes.createArrayType(DataTypes.IntegerType, false)),
  LONGS(long[].class, DataTypes.createArrayType(DataTypes.LongType, false)),
  TEXTS(String[].class, DataTypes.createArrayType(DataTypes.StringType)),
  /** Its fields have the names that DJL's extension for Spark gives them. */
  CLASSIFICATIONS(
      Classifications.class,
      new StructType()
          .add("class_names", DataTypes.createArrayType(DataTypes.StringType))
          .add("probabilities", DataTypes.createArrayType(DataTypes.DoubleType))
          .add("top_k", DataTypes.createArrayType(DataTypes.StringType)),
      output -> ofClasses((Classifications) output)),
  OBJECTS(
      DetectedObjects.class,
      new StructType()
          .add("class_names", DataTypes.createArrayType(DataTypes.StringType))
          .add("probabilities", DataTypes.createArrayType(DataTypes.DoubleType))
          .add("bounding_boxes", DataTypes.createArrayType(DataTypes.StringType)),
      output -> ofObjects((DetectedObjects) output)),
  MASK(
      CategoryMask.class,
      new StructType()
          .add("classes", DataTypes.createArrayType(DataTypes.StringType))
          .add("mask", DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.IntegerType))),
      output -> ofMask((CategoryMask) output)),
  ENTITIES(
      NamedEntity[].class,
      DataTypes.createArrayType(
          new StructType()
              .add("entity", DataTypes.StringType)
              .add("score", DataTypes.FloatType)
              .add("index", DataTypes.IntegerType)
              .add("word", DataTypes.StringType)
              .add("start", DataTypes.IntegerType)
              .add("end", DataTypes.IntegerType)),
      output -> Arrays.stream((NamedEntity[]) output).map(OutputForm::ofEntity).toArray()),
  /** The arrays as NPZ. */
  ARRAYS(NDList.class, DataTypes.BinaryType, output -> npz((NDList) output));

  private final Class<?> type;
  private final DataType column;
  private final Function<Object, Object> value;

  OutputForm(Class<?> type, DataType column) {
    this(type, column, output -> output);
  }

  OutputForm(Class<?> type, DataType column, Function<Object, Object> value) {
    this.type = type;
    this.column = column;
    this.value = value;
  }

  /**
   * The form of outputs of a type.
   *
   * @throws IllegalArgumentException if outputs of this type can't be a column; lists the types
   */
  static OutputForm of(Class<?> type) {
    return Arrays.stream(values())
        .filter(form -> form.type.equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "outputs of the type %s can't be a column; use one of %s"
                        .formatted(
                            type.getTypeName(),
                            Arrays.stream(values())
                                .map(form -> form.type.getSimpleName())
                                .collect(Collectors.joining(", ")))));
  }

  /** The type of the column. */
  DataType column() {
    return column;
  }

  /** The value of the column; closes arrays. */
  @Nullable Object valueOf(@Nullable Object output) {
    return output == null ? null : value.apply(output);
  }

  private static Row ofClasses(Classifications classes) {
    return RowFactory.create(
        names(classes),
        probabilities(classes),
        classes.topK().stream().map(OutputForm::json).toArray());
  }

  private static Row ofObjects(DetectedObjects objects) {
    return RowFactory.create(
        names(objects),
        probabilities(objects),
        objects.<DetectedObjects.DetectedObject>items().stream()
            .map(object -> object.getBoundingBox().toString())
            .toArray());
  }

  private static Row ofMask(CategoryMask mask) {
    return RowFactory.create(mask.getClasses().toArray(), mask.getMask());
  }

  private static Row ofEntity(NamedEntity entity) {
    return RowFactory.create(
        entity.getEntity(),
        entity.getScore(),
        entity.getIndex(),
        entity.getWord(),
        entity.getStart(),
        entity.getEnd());
  }

  private static byte[] npz(NDList arrays) {
    try (arrays) {
      return arrays.encode(NDList.Encoding.NPZ);
    }
  }

  private static Object[] names(Classifications classes) {
    return classes.getClassNames().toArray();
  }

  private static double[] probabilities(Classifications classes) {
    return classes.getProbabilities().stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** As DJL writes it, in any locale. */
  private static String json(Classification item) {
    double probability = item.getProbability();
    String number =
        probability < 0.00001
            ? String.format(Locale.ROOT, "%.1e", probability)
            : String.format(Locale.ROOT, "%.5f", (int) (probability * 100_000) / 100_000f);
    return "{\"className\": %s, \"probability\": %s}"
        .formatted(new JsonPrimitive(item.getClassName()), number);
  }
}
