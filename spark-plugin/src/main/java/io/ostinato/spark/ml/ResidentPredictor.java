package io.ostinato.spark.ml;

import ai.djl.translate.TranslatorFactory;
import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A stage of Spark ML that appends the output of a DJL model to each row. It has the parameters of
 * the predictors of DJL's extension for Spark, but its model is resident: it is loaded once for
 * each device of the executors rather than by each task.
 *
 * <p>{@link #transform} reads the files of the model on the driver, unless they are unchanged, and
 * sends them to the executors, which need no access to them; rows are read and run when the result
 * is. What was sent is freed when neither this stage nor a result of it is reachable any more. Not
 * thread-safe.
 */
public final class ResidentPredictor extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1;
  private static final int DEFAULT_BATCH_SIZE = 10;
  private static final TypeToken<TreeMap<String, String>> ARGUMENTS = new TypeToken<>() {};

  private final String uid;
  private final Param<String> inputCol;
  private final StringArrayParam inputCols;
  private final Param<String> outputCol;
  private final Param<String> modelUrl;
  private final Param<String> engine;
  private final IntParam batchSize;
  private final Param<String> inputClass;
  private final Param<String> outputClass;
  private final Param<String> translatorFactory;
  private final Param<String> batchifier;
  private final Param<String> arguments;
  private transient @Nullable SentModel sent;

  /** Creates a stage with a unique id. */
  public ResidentPredictor() {
    this("ResidentPredictor_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12));
  }

  /** Creates a stage with this id. */
  @SuppressWarnings("this-escape") // Spark's parameters belong to a stage
  public ResidentPredictor(String uid) {
    this.uid = uid;
    inputCol = TextParams.of(uid, "inputCol", "input column name");
    inputCols = new StringArrayParam(this, "inputCols", "input column names");
    outputCol = TextParams.of(uid, "outputCol", "output column name");
    modelUrl = TextParams.of(uid, "modelUrl", "URL of the model's folder, archive or file");
    engine = TextParams.of(uid, "engine", "DJL's name of the engine: PyTorch or OnnxRuntime");
    batchSize =
        new IntParam(
            uid, "batchSize", "maximum number of rows in a batch", ParamValidators.gtEq(1));
    inputClass = TextParams.of(uid, "inputClass", "class of the translator's inputs");
    outputClass = TextParams.of(uid, "outputClass", "class of the translator's outputs");
    translatorFactory = TextParams.of(uid, "translatorFactory", "factory of the translators");
    batchifier = TextParams.of(uid, "batchifier", "batchifier: none, stack or padding");
    arguments = TextParams.of(uid, "arguments", "arguments of the translator's factory, as JSON");
    setDefault(batchSize, DEFAULT_BATCH_SIZE);
  }

  /** Reads saved stages. */
  public static MLReader<ResidentPredictor> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads the stage that was saved in a folder. */
  public static ResidentPredictor load(String path) {
    return read().load(path);
  }

  @Override
  public String uid() {
    return uid;
  }

  public Param<String> inputCol() {
    return inputCol;
  }

  /** Sets the column of the inputs; use it or {@link #setInputCols}. */
  public ResidentPredictor setInputCol(String value) {
    return with(inputCol, value);
  }

  public StringArrayParam inputCols() {
    return inputCols;
  }

  /** Sets the columns that make an input together, in the order that its class requires. */
  public ResidentPredictor setInputCols(String[] value) {
    return with(inputCols, value.clone());
  }

  public Param<String> outputCol() {
    return outputCol;
  }

  /** Sets the column to append. */
  public ResidentPredictor setOutputCol(String value) {
    return with(outputCol, value);
  }

  public Param<String> modelUrl() {
    return modelUrl;
  }

  /**
   * Sets the URL of the model: {@code file:}, {@code jar:} (a resource of the driver's class path),
   * {@code djl:}, {@code https:}, a path without a scheme, or any file system of Hadoop.
   */
  public ResidentPredictor setModelUrl(String value) {
    return with(modelUrl, value);
  }

  public Param<String> engine() {
    return engine;
  }

  /** Sets the engine, PyTorch or OnnxRuntime. Default: that of the model's file. */
  public ResidentPredictor setEngine(String value) {
    return with(engine, value);
  }

  public IntParam batchSize() {
    return batchSize;
  }

  /**
   * Sets the maximum number of rows in a batch. Default: 10.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public ResidentPredictor setBatchSize(int value) {
    return with(batchSize, value);
  }

  public Param<String> inputClass() {
    return inputClass;
  }

  /**
   * Sets the class of the inputs. A translator of {@code Row} gets the whole row.
   *
   * @throws IllegalArgumentException if inputs of this class can't be made of columns; the message
   *     lists the classes
   */
  public ResidentPredictor setInputClass(Class<?> value) {
    PredictorInput.check(value);
    return with(inputClass, value.getName());
  }

  public Param<String> outputClass() {
    return outputClass;
  }

  /**
   * Sets the class of the outputs.
   *
   * @throws IllegalArgumentException if outputs of this class can't be a column; the message lists
   *     the classes
   */
  public ResidentPredictor setOutputClass(Class<?> value) {
    OutputForm.of(value);
    return with(outputClass, value.getName());
  }

  public Param<String> translatorFactory() {
    return translatorFactory;
  }

  /**
   * Sets the factory of the translators. Default: the one that the model names, or DJL's default
   * for the classes of inputs and outputs.
   *
   * @throws IllegalArgumentException if it is neither serializable nor has a public constructor
   *     without parameters
   */
  public ResidentPredictor setTranslatorFactory(TranslatorFactory value) {
    return with(translatorFactory, FactoryText.of(value));
  }

  public Param<String> batchifier() {
    return batchifier;
  }

  /**
   * Sets the batchifier: {@code none}, {@code stack}, {@code padding} or the name of a class.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  public ResidentPredictor setBatchifier(String value) {
    return with(batchifier, ClassNames.batchifier(value));
  }

  public Param<String> arguments() {
    return arguments;
  }

  /** Sets an argument of the translator's factory, such as {@code topK}. */
  public ResidentPredictor setArgument(String name, String value) {
    Map<String, String> all = new TreeMap<>(argumentsSet());
    all.put(name, value);
    return with(arguments, new Gson().toJson(all));
  }

  /** Sets the number of classes in {@code top_k}. */
  public ResidentPredictor setTopK(int value) {
    return setArgument("topK", Integer.toString(value));
  }

  /** Sets whether the translator applies softmax to the model's outputs. */
  public ResidentPredictor setApplySoftmax(boolean value) {
    return setArgument("applySoftmax", Boolean.toString(value));
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    SentModel model = sentTo(dataset);
    PredictTask task = model.task(this, input(dataset.schema()));
    return ColumnMetadata.restored(
        dataset.toDF().mapPartitions(task, Encoders.row(schema)), schema);
  }

  private SentModel sentTo(Dataset<?> dataset) {
    SentModel now = SentModel.of(this, dataset.sparkSession(), sent);
    sent = now;
    return now;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    String output = required(outputCol);
    if (Arrays.asList(schema.fieldNames()).contains(output)) {
      throw wrong("the column '%s' exists already; choose another outputCol".formatted(output));
    }
    input(schema);
    return schema.add(output, output().column(), true);
  }

  private PredictorInput input(StructType schema) {
    try {
      return PredictorInput.of(inputType(), inputColumns(), schema);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private List<String> inputColumns() {
    if (!isDefined(inputCol) && !isDefined(inputCols) && inputType() == Row.class) {
      return List.of();
    }
    if (isDefined(inputCol) == isDefined(inputCols)) {
      throw new IllegalArgumentException("set either inputCol or inputCols");
    }
    return isDefined(inputCol) ? List.of(getOrDefault(inputCol)) : List.of(getOrDefault(inputCols));
  }

  Class<?> inputType() {
    return ClassNames.find(required(inputClass), "inputClass");
  }

  Class<?> outputType() {
    return ClassNames.find(required(outputClass), "outputClass");
  }

  OutputForm output() {
    return OutputForm.of(outputType());
  }

  String url() {
    return required(modelUrl);
  }

  Optional<String> engineSet() {
    return optional(engine);
  }

  Optional<TranslatorFactory> factorySet() {
    return optional(translatorFactory).map(FactoryText::factory);
  }

  int batchRows() {
    return (Integer) getOrDefault(batchSize);
  }

  /** The arguments of the translator's factory, with the batchifier. */
  Map<String, String> allArguments() {
    Map<String, String> all = new TreeMap<>(argumentsSet());
    optional(batchifier).ifPresent(value -> all.put("batchifier", value));
    return all;
  }

  private Map<String, String> argumentsSet() {
    return optional(arguments)
        .map(json -> new Gson().fromJson(json, ARGUMENTS))
        .orElseGet(TreeMap::new);
  }

  private Optional<String> optional(Param<String> param) {
    return isDefined(param) ? Optional.ofNullable(getOrDefault(param)) : Optional.empty();
  }

  private String required(Param<String> param) {
    return optional(param)
        .orElseThrow(
            () ->
                wrong(
                    "%s is not set; call set%s"
                        .formatted(
                            param.name(),
                            param.name().substring(0, 1).toUpperCase(Locale.ROOT)
                                + param.name().substring(1))));
  }

  private IllegalArgumentException wrong(@Nullable String problem) {
    return new IllegalArgumentException("%s: %s".formatted(uid, problem));
  }

  private <T> ResidentPredictor with(Param<T> param, T value) {
    set(param, value);
    return this;
  }

  private ResidentPredictor with(IntParam param, int value) {
    set(param, value);
    return this;
  }

  @Override
  public ResidentPredictor copy(ParamMap extra) {
    return defaultCopy(extra);
  }
}
