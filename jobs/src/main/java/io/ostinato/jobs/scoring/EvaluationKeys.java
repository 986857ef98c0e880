package io.ostinato.jobs.scoring;

import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.ConfigNode;
import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Section;
import io.ostinato.jobs.config.ConfigNode.Value;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.jobs.data.ColumnSpec;
import io.ostinato.jobs.data.DatasetSpec;
import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.jobs.data.RowSource;
import io.ostinato.jobs.data.TensorConfig;
import io.ostinato.jobs.model.Architecture;
import io.ostinato.jobs.modelfile.WeightsArchitecture;
import io.ostinato.metric.Metric;
import io.ostinato.model.OutputChoice;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The keys of an evaluation of models on a DataFrame. */
public record EvaluationKeys(
    @Key(
            "Input columns of the model, in its order, each as an option (`pixels:float32:1,8,8`,"
                + " `review:tokens:128`) or as keys (`{column: pixels, shape: [1, 8, 8]}`).")
        List<TensorConfig> inputs,
    @Key(
            value = "Column with the labels, in the same forms: `label:int64`.",
            optional = true,
            otherwise = "none; metrics require it")
        @Nullable TensorConfig label,
    @Key(
            value =
                "Metrics to compute, each as an option (`top_k:5`) or as keys (`{kind: top_k, k: 5}`).",
            optional = true,
            otherwise = "none; the models can only predict")
        List<Metric<?>> metrics,
    @Key(
            value = "Rows per batch.",
            byDefault = "" + DataIteratorConfig.DEFAULT_BATCH_SIZE,
            atLeast = 1)
        int batchSize,
    @Key(value = "Other columns that metrics read, in the same forms.", optional = true)
        List<TensorConfig> columns,
    @Key(
            value = "Names of the model's inputs, in the order of `inputs`.",
            optional = true,
            otherwise = "inputs are passed by position")
        List<String> modelInputs,
    @Key(
            value =
                "Output to compare and to predict if the model has several: its name, or its position"
                    + " counted from 0.",
            byDefault = "''",
            otherwise = "the first is compared, and all are predicted")
        OutputChoice modelOutput,
    @Key(
            value =
                "Architecture that files with only weights belong to: a module's file, such as"
                    + " `net.pt`, a kind with its keys, or the `config.yaml` of the run that wrote"
                    + " them.",
            optional = true,
            otherwise = "none; models are complete modules")
        @Nullable Architecture architecture,
    @Key(
            value =
                "Prefix of the names of the weights to use, if a file has several of the module of"
                    + " `architecture`.",
            byDefault = "''",
            otherwise = "the only prefix under which all parameters are found")
        String weightsPrefix,
    @Key(
            value = "The `tokenizer.json` of columns that are tokens and don't name one.",
            optional = true)
        @Nullable String tokenizer,
    @Key(
            value =
                "The labels of classes, or the file that has one per line, for columns that don't have"
                    + " their own.",
            optional = true)
        List<String> labels,
    @Key(value = "Transforms of columns of images that don't have their own.", optional = true)
        List<String> transform,
    @Key(
            value = "Name of the dataset in the keys of metrics and in messages.",
            byDefault = DataIteratorConfig.DEFAULT_DATASET)
        String dataset,
    @Inline EvaluationPolicy policy) {
  private static final String ARCHITECTURE = "architecture";

  /**
   * Reads keys written as YAML or JSON.
   *
   * @param source the name of the keys in messages
   * @param rows the rows to evaluate on
   * @throws io.ostinato.jobs.config.ConfigurationException if they are invalid; lists all mistakes
   */
  public static EvaluationSpec read(String source, String yaml, RowSource rows) {
    Mistakes mistakes = new Mistakes();
    Configuration given = Configuration.keys(source, yaml, mistakes);
    Optional<String> module = moduleOf(given.root());
    Bound<EvaluationKeys> bound =
        given
            .with(root -> module.isPresent() ? withoutArchitecture(root) : root)
            .with(new ShortForms(mistakes)::expanded)
            .bind(EvaluationKeys.class);
    EvaluationSpec spec = bound.value().on(rows, module);
    Stream.concat(
            SpecMistakes.ofColumns(spec).stream(),
            SpecMistakes.ofOthers(
                spec.style(),
                spec.batchSize(),
                spec.dataset(),
                spec.data().labels().size(),
                !spec.metrics().isEmpty(),
                spec.metrics())
                .stream())
        .forEach(mistake -> mistakes.add(bound.placeOf(bound.value()), mistake));
    if (module.isEmpty() && !bound.value().weightsPrefix().isEmpty()) {
      mistakes.add(
          bound.placeOf(bound.value(), "weights_prefix"),
          "weights_prefix '%s' requires a module as architecture, such as net.pt"
              .formatted(bound.value().weightsPrefix()));
    }
    mistakes.throwIfAny();
    return spec;
  }

  /** The file of a module, if that is the architecture. */
  private static Optional<String> moduleOf(ConfigNode root) {
    return root instanceof Section section
        ? section
            .find(ARCHITECTURE)
            .map(Entry::value)
            .filter(Value.class::isInstance)
            .map(value -> ((Value) value).text())
            .filter(WeightsArchitecture::isModule)
        : Optional.empty();
  }

  private static ConfigNode withoutArchitecture(ConfigNode root) {
    Section section = (Section) root;
    return new Section(
        section.place(),
        section.entries().stream().filter(entry -> !entry.key().equals(ARCHITECTURE)).toList());
  }

  private EvaluationSpec on(RowSource rows, Optional<String> module) {
    return new EvaluationSpec(
        new DatasetSpec(
            rows,
            named(inputs),
            label == null ? List.of() : List.of(label.named()),
            List.of(),
            named(columns)),
        dataset,
        metrics,
        batchSize,
        modelInputs,
        modelOutput,
        weights(module),
        policy,
        KeyStyle.KEY);
  }

  private WeightsArchitecture weights(Optional<String> module) {
    if (module.isPresent()) {
      return new WeightsArchitecture.OfModule(module.get(), weightsPrefix);
    }
    return architecture == null
        ? new WeightsArchitecture.None()
        : new WeightsArchitecture.OfBlock(architecture);
  }

  private static List<ColumnSpec> named(List<TensorConfig> columns) {
    return columns.stream().map(TensorConfig::named).toList();
  }
}
