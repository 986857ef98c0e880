package io.ostinato.jobs.train;

import io.ostinato.jobs.config.Key;
import io.ostinato.jobs.config.RunId;
import io.ostinato.jobs.config.Shorthand;
import io.ostinato.jobs.model.Architecture;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.training.GradientClipping;
import io.ostinato.training.LastBatch;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All of a training: the keys of {@code run.yaml}. */
record RunConfig(
    @Key("What is trained.") Architecture model,
    @Key("What it is trained and evaluated on.") Datasets datasets,
    @Key(value = "What training makes small.", byDefault = "softmax_cross_entropy") LossConfig loss,
    @Key(value = "How the weights are changed.", byDefault = "adam") OptimizerConfig optimizer,
    @Key("How long training goes on.") Length length,
    @Key(value = "Samples of one update.", byDefault = "32", atLeast = 1) int effectiveBatchSize,
    @Key(
            value = "The most samples that go through the model at once; a divisor of them.",
            optional = true,
            otherwise = "`effective_batch_size`",
            atLeast = 1)
        @Nullable Integer microBatchSize,
    @Key(
            value = "What becomes of the rows that don't fill an epoch's last update.",
            byDefault = "drop")
        LastBatch lastBatch,
    @Key(value = "How gradients are bounded.", optional = true, otherwise = "they are not")
        @Nullable Clipping gradientClipping,
    @Key(
            value =
                "How many updates in a row may be skipped because their loss or gradient isn't"
                    + " finite, before training fails.",
            byDefault = "0",
            atLeast = 0)
        int skipNonFinite,
    @Key(value = "What weights, order of rows and dropout come from.", byDefault = "0") int seed,
    @Key(value = "What runs when, in this order.", optional = true) List<CallbackConfig> callbacks,
    @Key(value = "Whether those run that need not be asked for.", byDefault = "true")
        boolean defaultCallbacks,
    @Key(value = "Who else is given the metrics.", optional = true) List<TrackerConfig> trackers,
    @Key(value = "Which metrics are better when higher, or when lower.", byDefault = "{}")
        MetricDirections metricDirections,
    @Key(
            value =
                "The folder of all runs: a local path, or one with a scheme on any Hadoop file"
                    + " system, as in `hdfs://name-node/runs`.",
            byDefault = "runs")
        String output,
    @Key(
            value = "The folder of this run in it.",
            optional = true,
            otherwise = "the time at which it begins")
        @Nullable RunId runId,
    @Key(
            value =
                "A folder on any Hadoop file system, as in `hdfs://name-node/runs`; checkpoints are"
                    + " kept in a folder of it that is named after the run.",
            optional = true,
            otherwise = "`checkpoints` of the run's folder")
        @Nullable String checkpoints,
    @Key(value = "Goes on with a run.", optional = true, otherwise = "a new run")
        @Nullable Resume resume) {

  /** How long training goes on. */
  record Length(
      @Key(value = "So many epochs.", optional = true, atLeast = 0) @Nullable Long epochs,
      @Key(value = "So many updates.", optional = true, atLeast = 0) @Nullable Long updates,
      @Key(value = "So many samples.", optional = true, atLeast = 0) @Nullable Long samples) {
    Length {
      if (Stream.of(epochs, updates, samples).filter(Objects::nonNull).count() != 1) {
        throw new IllegalArgumentException("give exactly one of epochs, updates and samples");
      }
    }

    TrainingLength length() {
      if (epochs != null) {
        return TrainingLength.epochs(epochs);
      }
      return updates != null
          ? TrainingLength.updates(updates)
          : TrainingLength.samples(Objects.requireNonNull(samples));
    }
  }

  /** How gradients are bounded. */
  record Clipping(
      @Key(
              value = "The most that the norm of all gradients together may be.",
              optional = true,
              above = 0)
          @Nullable Double norm,
      @Key(value = "The most that an element of a gradient may be.", optional = true, above = 0)
          @Nullable Double value) {
    Clipping {
      if ((norm == null) == (value == null)) {
        throw new IllegalArgumentException("give exactly one of norm and value");
      }
    }

    GradientClipping clipping() {
      return norm != null
          ? GradientClipping.byNorm(norm)
          : GradientClipping.byValue(Objects.requireNonNull(value));
    }
  }

  /** Which way metrics are better. */
  record MetricDirections(
      @Key(value = "Patterns of metrics, with `*` for any characters.", optional = true)
          List<String> higherIsBetter,
      @Key(value = "Patterns of metrics, with `*` for any characters.", optional = true)
          List<String> lowerIsBetter,
      @Key(value = "Patterns of metrics that nothing is decided by.", optional = true)
          List<String> neutral) {

    MetricProperties properties() {
      MetricProperties properties = MetricProperties.defaults();
      for (String pattern : neutral) {
        properties = properties.neutral(pattern);
      }
      for (String pattern : lowerIsBetter) {
        properties = properties.lowerIsBetter(pattern);
      }
      for (String pattern : higherIsBetter) {
        properties = properties.higherIsBetter(pattern);
      }
      return properties;
    }
  }

  /** A run to go on with. */
  @Shorthand("run_id")
  record Resume(
      @Key("The run.") RunId runId,
      @Key(value = "The checkpoint to go on from.", byDefault = "latest") String checkpoint) {}
}
