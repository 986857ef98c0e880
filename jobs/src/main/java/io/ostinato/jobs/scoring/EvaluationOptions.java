package io.ostinato.jobs.scoring;

import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.jobs.data.DataSource;
import io.ostinato.jobs.data.DatasetSpec;
import io.ostinato.jobs.data.TensorSpec;
import io.ostinato.jobs.metric.MetricText;
import io.ostinato.jobs.model.Architecture;
import io.ostinato.jobs.model.Architectures;
import io.ostinato.metric.Metric;
import io.ostinato.model.OutputChoice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command that evaluates model files: on what, and how. */
public final class EvaluationOptions {
  @Option(
      names = "--data",
      paramLabel = "<path>",
      description =
          "The dataset: a file, a folder or a pattern on any file system that Spark reads, as in"
              + " hdfs://name-node/digits.parquet.")
  private String data = "";

  @Option(
      names = "--data-format",
      paramLabel = "<format>",
      description =
          DataSource.FORMAT
              + " Default: told by the name of the path where it ends with "
              + DataSource.ENDINGS
              + "; otherwise parquet.")
  private String format = "";

  @Option(
      names = "--data-option",
      paramLabel = "<key=value>",
      description = "An option of the format, as in --data-option header=false.")
  private Map<String, String> dataOptions = new LinkedHashMap<>();

  @Option(
      names = "--sql",
      paramLabel = "<query>",
      description =
          "A query that gives the rows, in which "
              + DataSource.DATA
              + " is what --data reads, as in --sql 'SELECT array(a, b) AS x, label FROM "
              + DataSource.DATA
              + "'.")
  private String sql = "";

  @Option(
      names = "--dataset",
      paramLabel = "<key>",
      description =
          "What metrics.jsonl calls the dataset, as in accuracy/test. Default: ${DEFAULT-VALUE}.")
  private String dataset = DataIteratorConfig.DEFAULT_DATASET;

  @Option(
      names = "--input",
      paramLabel = "<column:type:shape>",
      description =
          "A column that goes into the model, with the shape of one row, as in"
              + " pixels:float32:1,8,8. Once for each input, in the order of the model's.")
  private List<String> inputs = List.of();

  @Option(
      names = "--label",
      paramLabel = "<column:type[:shape]>",
      description = "The column that outputs are compared with, as in label:int64.")
  private List<String> labels = List.of();

  @Option(
      names = "--metric",
      paramLabel = "<metric>",
      completionCandidates = MetricText.MetricKinds.class,
      description =
          "A metric, as in accuracy, top_k:5 or f1:classes=10,average=macro; once for each. One of"
              + " ${COMPLETION-CANDIDATES}, or a class that is a Metric. accuracy:output=aux is of"
              + " that output. docs/metrics.md has their keys.")
  private List<String> metrics = List.of();

  @Option(
      names = "--batch-size",
      paramLabel = "<rows>",
      description = "Rows that the model gets at a time. Default: ${DEFAULT-VALUE}.")
  private int batchSize = DataIteratorConfig.DEFAULT_BATCH_SIZE;

  @Option(
      names = "--model-output",
      paramLabel = "<name|index>",
      description =
          "The output of the model that metrics compare and predictions keep, where it has several:"
              + " its name, as in logits, or its position counted from 0; name:0 and position:0 where"
              + " a name is the position of another. Default: the first, unless the model returns a"
              + " dict, or labels or a loss before its scores.")
  private @Nullable String modelOutput;

  @Option(
      names = "--architecture",
      paramLabel = "<kind>",
      completionCandidates = Architectures.ArchitectureKinds.class,
      description =
          "What the weights of a .safetensors file belong to, as in digits_cnn or"
              + " mlp:outputs=10,input_shape=[64]. One of ${COMPLETION-CANDIDATES}, a class that is"
              + " a DJL block, or the config.yaml of the run that wrote them.")
  private String architecture = "";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /**
   * What the options say.
   *
   * @throws ParameterException if something is wrong with them; tells all that is
   */
  public EvaluationSpec spec() {
    return spec(List.of());
  }

  /**
   * What the options say, and columns to keep beside what the model gives for each row.
   *
   * @param kept of the option {@code --keep}
   * @throws ParameterException if something is wrong with them; tells all that is
   */
  public EvaluationSpec spec(List<String> kept) {
    List<String> mistakes = new ArrayList<>();
    DatasetSpec described =
        new DatasetSpec(
            new DataSource(data, format, dataOptions, sql),
            tensors("--input", inputs, mistakes),
            tensors("--label", labels, mistakes),
            tensors("--keep", kept, mistakes));
    List<Metric<?>> measured = new ArrayList<>();
    metrics.forEach(
        text -> read(() -> MetricText.parse("--metric", text), mistakes).ifPresent(measured::add));
    List<Architecture> built =
        architecture.isEmpty()
            ? List.of()
            : read(() -> Architectures.parse("--architecture", architecture), mistakes).stream()
                .toList();
    if (mistakes.isEmpty()) {
      mistakes.addAll(described.mistakes());
    }
    addOther(mistakes, measured);
    if (!mistakes.isEmpty()) {
      throw wrong(String.join("\n", mistakes));
    }
    OutputChoice output = modelOutput == null ? OutputChoice.first() : OutputChoice.of(modelOutput);
    return new EvaluationSpec(described, dataset, measured, batchSize, output, built);
  }

  /** Wrong usage of the command that has these options. */
  public ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void addOther(List<String> mistakes, List<Metric<?>> measured) {
    if (modelOutput != null && modelOutput.isBlank()) {
      mistakes.add(
          "--model-output '%s' must be a name, or a position counted from 0"
              .formatted(modelOutput));
    }
    if (batchSize < 1) {
      mistakes.add("--batch-size %s must be at least 1".formatted(batchSize));
    }
    if (!dataset.matches("[\\w.=-]+")) {
      mistakes.add("--dataset '%s' may have letters, digits and . _ = -".formatted(dataset));
    }
    if (!metrics.isEmpty() && labels.isEmpty()) {
      mistakes.add("--metric needs a --label to compare with, as in --label label:int64");
    }
    if (labels.size() > 1) {
      mistakes.add("--label is given %s times; metrics compare with one".formatted(labels.size()));
    }
    Set<String> names = new HashSet<>();
    measured.stream()
        .map(Metric::name)
        .filter(name -> !names.add(name))
        .forEach(name -> mistakes.add("--metric: two metrics are named '%s'".formatted(name)));
  }

  private static List<TensorSpec> tensors(
      String option, List<String> texts, List<String> mistakes) {
    List<TensorSpec> tensors = new ArrayList<>();
    texts.forEach(
        text -> read(() -> TensorSpec.parse(option, text), mistakes).ifPresent(tensors::add));
    return tensors;
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
