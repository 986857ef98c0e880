package io.ostinato.jobs.scoring;

import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.jobs.data.ColumnSpec;
import io.ostinato.jobs.data.ColumnText;
import io.ostinato.jobs.data.ConversionOptions;
import io.ostinato.jobs.data.DataSource;
import io.ostinato.jobs.data.DatasetSpec;
import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.jobs.metric.MetricText;
import io.ostinato.jobs.model.Architectures;
import io.ostinato.jobs.modelfile.WeightsArchitecture;
import io.ostinato.metric.Metric;
import io.ostinato.model.OutputChoice;
import io.ostinato.spark.ml.ComparedColumns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that all commands evaluating model files have: the dataset, metrics and model. */
public final class EvaluationOptions {
  /**
   * The names of the options that don't affect metrics, which another start of a run may change.
   */
  public static final List<String> WITHOUT_EFFECT_ON_METRICS =
      Stream.concat(Stream.of("--batch-size"), PolicyOptions.WITHOUT_EFFECT_ON_METRICS.stream())
          .toList();

  @Option(
      names = "--data",
      paramLabel = "<path>",
      description =
          "Dataset: a file, a folder or a glob pattern on any file system that Spark reads, such as"
              + " hdfs://name-node/digits.parquet.")
  private String data = "";

  @Option(
      names = "--data-format",
      paramLabel = "<format>",
      description =
          DataSource.FORMAT
              + " Default: derived from the extension of the path: "
              + DataSource.ENDINGS
              + "; parquet for any other.")
  private String format = "";

  @Option(
      names = "--data-option",
      paramLabel = "<key=value>",
      description =
          "Option passed to the data format, such as --data-option header=false; repeatable.")
  private Map<String, String> dataOptions = new LinkedHashMap<>();

  @Option(
      names = "--data-schema",
      paramLabel = "<columns>",
      description = DataSource.SCHEMA + " Default: that of the format, or inferred.")
  private String schema = "";

  @Option(
      names = "--sql",
      paramLabel = "<query>",
      description =
          "SQL query that selects the rows; "
              + DataSource.DATA
              + " stands for the data of --data. Example: --sql 'SELECT array(a, b) AS x, label"
              + " FROM "
              + DataSource.DATA
              + "'.")
  private String sql = "";

  @Option(
      names = "--dataset",
      paramLabel = "<key>",
      description =
          "Name of the dataset in the keys of metrics, such as accuracy/test. Default:"
              + " ${DEFAULT-VALUE}.")
  private String dataset = DataIteratorConfig.DEFAULT_DATASET;

  @Option(
      names = "--input",
      paramLabel = "<column:type:shape>",
      description =
          "Input column of the model, with the shape of one row, such as pixels:float32:1,8,8, or"
              + " with a conversion, such as text:tokens:128; repeat for each input, in the model's"
              + " order. Conversions are documented in docs/text.md.")
  private List<String> inputs = List.of();

  @Option(
      names = "--model-inputs",
      paramLabel = "<name>",
      split = ",",
      description =
          "Names of the model's inputs in the order of --input, separated by commas, such as"
              + " input_ids,attention_mask: parameters of a TorchScript module's forward, entries"
              + " of its dict (batch.image), or inputs of an ONNX graph. Default: inputs are passed"
              + " by position.")
  private List<String> modelInputs = List.of();

  @Option(
      names = "--label",
      paramLabel = "<column:type[:shape]>",
      description = "Column with the labels, such as label:int64, or label:class for text.")
  private List<String> labels = List.of();

  @Option(
      names = "--column",
      paramLabel = "<column:type[:shape]>",
      description =
          "Column that metrics read in addition to the labels, such as valid:uint8:128 for"
              + " accuracy:mask=valid; repeatable. Not required for columns of --input.")
  private List<String> columns = List.of();

  @Option(
      names = "--metric",
      paramLabel = "<metric>",
      completionCandidates = MetricText.MetricKinds.class,
      description =
          "Metric to compute, such as accuracy, top_k:5 or f1:classes=10,average=macro; repeatable."
              + " One of ${COMPLETION-CANDIDATES}, or the name of a class that implements Metric."
              + " accuracy:output=aux compares the output aux. The keys of all metrics are"
              + " documented in docs/metrics.md.")
  private List<String> metrics = List.of();

  @Option(
      names = "--batch-size",
      paramLabel = "<rows>",
      description = "Rows per batch. Default: ${DEFAULT-VALUE}.")
  private int batchSize = DataIteratorConfig.DEFAULT_BATCH_SIZE;

  @Option(
      names = "--model-output",
      paramLabel = "<name|index>",
      description =
          "Output to compute metrics on and to write as predictions, if the model has several: its"
              + " name, such as logits, or its position, counted from 0. name:0 and position:0"
              + " resolve a number that is the name of one output and the position of another."
              + " Default: the first output; required if the model returns a dict, or labels or a"
              + " loss before its scores.")
  private @Nullable String modelOutput;

  @Option(
      names = "--architecture",
      paramLabel = "<kind>",
      completionCandidates = Architectures.ArchitectureKinds.class,
      description =
          "Architecture of a file that contains only weights. A TorchScript module or ONNX model,"
              + " such as net.pt, for weights by name: .safetensors, or a state_dict or checkpoint"
              + " of torch.save. For weights of a DJL block: digits_cnn,"
              + " mlp:outputs=10,input_shape=[64], one of ${COMPLETION-CANDIDATES}, the name of a"
              + " class that is a DJL block, or the config.yaml of the run that wrote them.")
  private String architecture = "";

  @Option(
      names = "--weights-prefix",
      paramLabel = "<prefix>",
      description =
          "Prefix of the names of the weights to use, if a file has several of the module of"
              + " --architecture, such as ema. or state_dict.model. Default: the only prefix under"
              + " which all parameters are found.")
  private String weightsPrefix = "";

  @Mixin private ConversionOptions conversions = new ConversionOptions();

  @Mixin private PolicyOptions policies = new PolicyOptions();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /**
   * Builds the evaluation that the options describe.
   *
   * @throws ParameterException if options are invalid; the message lists all problems
   */
  public EvaluationSpec spec() {
    return spec(List.of());
  }

  /**
   * Builds the evaluation that the options describe, with columns to write along with predictions.
   *
   * @param kept the values of the option {@code --keep}
   * @throws ParameterException if options are invalid; the message lists all problems
   */
  public EvaluationSpec spec(List<String> kept) {
    List<String> mistakes = new ArrayList<>();
    DataSource source = source();
    DatasetSpec described =
        new DatasetSpec(
            source,
            columns("--input", inputs, mistakes),
            columns("--label", labels, mistakes),
            columns("--keep", kept, mistakes),
            columns("--column", columns, mistakes));
    boolean hasColumns = mistakes.isEmpty();
    List<Metric<?>> measured = new ArrayList<>();
    metrics.forEach(
        text -> read(() -> MetricText.parse("--metric", text), mistakes).ifPresent(measured::add));
    WeightsArchitecture weights = architecture(mistakes);
    EvaluationPolicy policy = policies.policy(mistakes);
    OutputChoice output =
        modelOutput == null || modelOutput.isBlank()
            ? OutputChoice.first()
            : OutputChoice.of(modelOutput);
    EvaluationSpec whole =
        new EvaluationSpec(
            described, dataset, measured, batchSize, modelInputs, output, weights, policy);
    if (hasColumns) {
      mistakes.addAll(SpecMistakes.ofColumns(whole));
      mistakes.addAll(conversions.mistakes(described.columnSpecs()));
    } else { // what they are read from can still be wrong
      source.mistake().ifPresent(mistakes::add);
    }
    addOther(mistakes, measured);
    if (!mistakes.isEmpty()) {
      throw wrong(String.join("\n", mistakes));
    }
    return whole;
  }

  private DataSource source() {
    return new DataSource(data, format, dataOptions, schema, sql);
  }

  private WeightsArchitecture architecture(List<String> mistakes) {
    if (WeightsArchitecture.isModule(architecture)) {
      return new WeightsArchitecture.OfModule(architecture, weightsPrefix);
    }
    if (!weightsPrefix.isEmpty()) {
      mistakes.add(
          "--weights-prefix '%s' requires a module as --architecture, such as net.pt"
              .formatted(weightsPrefix));
    }
    if (architecture.isEmpty()) {
      return new WeightsArchitecture.None();
    }
    return read(() -> Architectures.parse("--architecture", architecture), mistakes)
        .<WeightsArchitecture>map(WeightsArchitecture.OfBlock::new)
        .orElseGet(WeightsArchitecture.None::new);
  }

  /**
   * Builds the evaluation of a stage of Spark ML that the options describe.
   *
   * @param classes the names of classes, separated by commas; empty for none
   * @throws ParameterException if options are invalid; the message lists all problems
   */
  public StageSpec stageSpec(String classes) {
    List<String> mistakes = new ArrayList<>();
    DataSource source = source();
    source.mistake().ifPresent(mistakes::add);
    List<Metric<?>> measured = new ArrayList<>();
    metrics.forEach(
        text -> read(() -> MetricText.parse("--metric", text), mistakes).ifPresent(measured::add));
    EvaluationPolicy policy = policies.policy(mistakes);
    if (metrics.isEmpty()) {
      mistakes.add("--pipeline requires a --metric, for example --metric accuracy");
    }
    if (!inputs.isEmpty() || !architecture.isEmpty()) {
      mistakes.add(
          "--input and --architecture belong to --model; a pipeline reads its columns itself");
    }
    addOfModels(mistakes);
    addOther(mistakes, measured);
    if (!mistakes.isEmpty()) {
      throw wrong(String.join("\n", mistakes));
    }
    ComparedColumns columns =
        ComparedColumns.of(
            modelOutput == null ? StageSpec.DEFAULT_OUTPUT : modelOutput,
            labels.get(0).replaceFirst(":\\w+$", ""));
    return new StageSpec(
        source,
        dataset,
        classes.isEmpty()
            ? columns
            : columns.withClasses(List.of(classes.strip().split("\\s*,\\s*"))),
        measured,
        batchSize,
        policy);
  }

  /** An error of invalid usage of the command that has these options. */
  public ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Options that a pipeline would ignore. */
  private void addOfModels(List<String> mistakes) {
    List<String> ignored = new ArrayList<>();
    if (!columns.isEmpty()) {
      ignored.add("--column");
    }
    if (!modelInputs.isEmpty()) {
      ignored.add("--model-inputs");
    }
    if (!weightsPrefix.isEmpty()) {
      ignored.add("--weights-prefix");
    }
    conversions.values().keySet().stream().sorted().map("--"::concat).forEach(ignored::add);
    if (!ignored.isEmpty()) {
      mistakes.add(
          "%s can't be used with --pipeline: remove them; metrics read all columns of the pipeline's"
                  .formatted(String.join(", ", ignored))
              + " rows, and --classes lists the labels");
    }
  }

  private void addOther(List<String> mistakes, List<Metric<?>> measured) {
    if (modelOutput != null && modelOutput.isBlank()) {
      mistakes.add(
          "--model-output '%s' must be a name, or a position counted from 0"
              .formatted(modelOutput));
    }
    mistakes.addAll(
        SpecMistakes.ofOthers(
            KeyStyle.OPTION, batchSize, dataset, labels.size(), !metrics.isEmpty(), measured));
  }

  private List<ColumnSpec> columns(String option, List<String> texts, List<String> mistakes) {
    ColumnText parser = new ColumnText(option, conversions.values());
    List<ColumnSpec> columns = new ArrayList<>();
    texts.forEach(text -> read(() -> parser.parse(text), mistakes).ifPresent(columns::add));
    return columns;
  }

  private static <T> Optional<T> read(Supplier<T> value, List<String> mistakes) {
    try {
      return Optional.of(value.get());
    } catch (IllegalArgumentException e) {
      mistakes.add(e.getMessage());
      return Optional.empty();
    }
  }
}
