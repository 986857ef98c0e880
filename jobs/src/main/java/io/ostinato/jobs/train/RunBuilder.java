package io.ostinato.jobs.train;

import ai.djl.ndarray.types.Shape;
import io.ostinato.callback.Callback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.Mistake;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.jobs.config.Place;
import io.ostinato.jobs.config.Resolved;
import io.ostinato.jobs.config.RightPart;
import io.ostinato.schedule.EpochSize;
import io.ostinato.tracking.RunInfo;
import io.ostinato.training.LastBatch;
import io.ostinato.training.NonFiniteLoss;
import io.ostinato.training.TrainingConfigurationException;
import io.ostinato.training.TrainingLoop;
import io.ostinato.training.TrainingLoopBuilder;
import io.ostinato.training.TrainingMistake;
import java.time.Clock;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a training of a configuration. What the training refuses is told with its place. */
final class RunBuilder {
  /** What a mistake of the training begins with or says, and the key that it is about. */
  private static final Map<String, String> KEYS =
      Map.of(
          "effective_batch_size=", "effective_batch_size",
          "micro_batch_size=", "micro_batch_size",
          "training dataset", "datasets",
          "evaluation dataset", "datasets",
          "the model", "model",
          "training length", "length");

  /** What a mistake of the training says, and the keys that it depends on. */
  private static final Map<String, Set<String>> DEPENDS_ON =
      Map.of(
          "asks for dataset", Set.of("datasets"),
          "asks for column", Set.of("datasets"),
          "asks for the weights", Set.of("callbacks"),
          "micro_batch_size=", Set.of("micro_batch_size", "effective_batch_size"),
          "metric_directions", Set.of("metric_directions"));

  private final Bound<RunConfig> bound;
  private final RunConfig config;
  private final Set<CallbackConfig> leftOut;

  RunBuilder(Bound<RunConfig> bound) {
    this(bound, Set.of());
  }

  /**
   * Makes a training without some of its callbacks.
   *
   * @param leftOut by identity
   */
  RunBuilder(Bound<RunConfig> bound, Set<CallbackConfig> leftOut) {
    this.bound = bound;
    this.config = bound.value();
    this.leftOut = leftOut;
  }

  /**
   * A configuration that a training can start with, as far as that can be known without Spark.
   *
   * @param mistakes of the configuration so far
   * @throws ConfigurationException with all mistakes
   */
  static Bound<RunConfig> checked(Configuration configuration, Mistakes mistakes) {
    return checked(configuration, mistakes, RunBuilder::check);
  }

  /**
   * As {@link #checked}, where no run is begun or gone on with.
   *
   * @param mistakes of the configuration so far
   * @throws ConfigurationException with all mistakes
   */
  static Bound<RunConfig> checkedToEvaluate(Configuration configuration, Mistakes mistakes) {
    return checked(configuration, mistakes, RunBuilder::checkToEvaluate);
  }

  private static Bound<RunConfig> checked(
      Configuration configuration, Mistakes mistakes, Consumer<RunBuilder> check) {
    try {
      Bound<RunConfig> run = configuration.bind(RunConfig.class);
      check.accept(new RunBuilder(run));
      return run;
    } catch (ConfigurationException e) {
      if (mistakes.isEmpty()) {
        throw e;
      }
      configuration.rightPart(RunConfig.class).map(RunBuilder::mistakes).stream()
          .flatMap(List::stream)
          .forEach(mistake -> mistakes.add(mistake.place(), mistake.message()));
      throw new ConfigurationException(mistakes.all());
    }
  }

  /**
   * Says all that is wrong, as far as it can be known without Spark.
   *
   * @throws ConfigurationException with all mistakes
   */
  void check() {
    check(
        builder -> {
          if (config.checkpoints() == null) {
            nameRun(builder);
          }
        });
  }

  private void checkToEvaluate() {
    check(builder -> {});
  }

  private void check(Consumer<TrainingLoopBuilder> more) {
    Map<Callback, Place> callbacks = new IdentityHashMap<>();
    TrainingLoopBuilder builder =
        builder(StandIns.data(config), StandIns.ROWS, new StandIns.Engine(), callbacks);
    more.accept(builder);
    try {
      builder.checkWithoutRows();
    } catch (TrainingConfigurationException e) {
      throw placed(e, callbacks);
    }
  }

  /** What is wrong with what is right in itself, whatever the rest will be. */
  private static List<Mistake> mistakes(RightPart<RunConfig> part) {
    try {
      new RunBuilder(part.bound()).check();
      return List.of();
    } catch (ConfigurationException e) {
      return e.mistakes().stream()
          .filter(
              mistake ->
                  DEPENDS_ON.entrySet().stream()
                      .anyMatch(
                          said ->
                              mistake.message().contains(said.getKey())
                                  && Collections.disjoint(said.getValue(), part.doubtful())))
          .toList();
    }
  }

  /**
   * The training.
   *
   * @param rows to train on
   * @param more what else the builder is to be told
   * @throws ConfigurationException if it can't start; says all mistakes
   */
  TrainingLoop build(
      DataContainer data, long rows, EvaluationEngine engine, Consumer<TrainingLoopBuilder> more) {
    Map<Callback, Place> callbacks = new IdentityHashMap<>();
    TrainingLoopBuilder builder = builder(data, rows, engine, callbacks);
    more.accept(builder);
    try {
      return builder.build();
    } catch (TrainingConfigurationException e) {
      throw placed(e, callbacks);
    }
  }

  /** All but which run it is; notes the places of the callbacks. */
  private TrainingLoopBuilder builder(
      DataContainer data, long rows, EvaluationEngine engine, Map<Callback, Place> places) {
    TrainingLoopBuilder builder =
        TrainingLoop.builder()
            .model(config.model(), config.model().shapes().toArray(Shape[]::new))
            .data(data)
            .engine(engine)
            .loss(config.loss())
            .optimizer(config.optimizer().optimizer(updates(rows)))
            .length(config.length().length())
            .effectiveBatchSize(config.effectiveBatchSize())
            .lastBatch(config.lastBatch())
            .nonFiniteLoss(NonFiniteLoss.skipUpTo(config.skipNonFinite()))
            .seed(config.seed())
            .metricProperties(config.metricDirections().properties())
            .output(RunOutput.open(bound));
    if (config.microBatchSize() != null) {
      builder.microBatchSize(config.microBatchSize());
    }
    if (config.gradientClipping() != null) {
      builder.gradientClipping(config.gradientClipping().clipping());
    }
    if (!config.defaultCallbacks()) {
      builder.withoutDefaultCallbacks();
    }
    for (CallbackConfig callbackConfig : config.callbacks()) {
      if (!leftOut.contains(callbackConfig)) {
        Callback callback = callbackConfig.create();
        places.put(callback, bound.placeOf(callbackConfig));
        builder.callback(callback);
      }
    }
    Resolved.flat(config).forEach(builder::parameter);
    return builder;
  }

  /** Says which run this is, a new one or one that goes on; gives its id. */
  String nameRun(TrainingLoopBuilder builder) {
    if (config.resume() != null) {
      String runId = config.resume().runId().toString();
      builder.resume(runId, config.resume().checkpoint());
      return runId;
    }
    String runId =
        config.runId() == null ? RunInfo.newId(Clock.systemUTC()) : config.runId().toString();
    builder.runId(runId);
    return runId;
  }

  private int updates(long rows) {
    EpochSize epoch =
        config.lastBatch() == LastBatch.KEEP || rows < config.effectiveBatchSize()
            ? EpochSize.keepingLast(rows, config.effectiveBatchSize())
            : EpochSize.droppingLast(rows, config.effectiveBatchSize());
    try {
      return (int) Math.min(Integer.MAX_VALUE, config.length().length().end(epoch).update());
    } catch (ArithmeticException e) {
      return Integer.MAX_VALUE; // which the training refuses
    }
  }

  private ConfigurationException placed(
      TrainingConfigurationException refused, Map<Callback, Place> callbacks) {
    Mistakes mistakes = new Mistakes();
    for (TrainingMistake mistake : refused.found()) {
      List<Place> places =
          mistake.callbacks().stream()
              .flatMap(callback -> Stream.ofNullable(callbacks.get(callback)))
              .toList();
      String message = inWordsOfYaml(mistake.message());
      if (places.isEmpty()) {
        mistakes.add(placeOf(message), message);
      } else {
        mistakes.add(places.get(places.size() - 1), message + others(places));
      }
    }
    return new ConfigurationException(mistakes.all());
  }

  /** Where the other callbacks of a mistake are, which may have the same name. */
  private static String others(List<Place> places) {
    return places.size() == 1
        ? ""
        : places.subList(0, places.size() - 1).stream()
            .map(Place::toString)
            .collect(
                Collectors.joining(
                    ", ", places.size() == 2 ? "; the other is at " : "; the others are at ", ""));
  }

  private Place placeOf(String message) {
    if (message.startsWith("run '")) {
      return bound.placeOf(config, config.resume() != null ? "resume" : "run_id");
    }
    // The key that a message names first is the one it is about.
    return KEYS.entrySet().stream()
        .filter(key -> message.contains(key.getKey()))
        .min(Comparator.comparingInt(key -> message.indexOf(key.getKey())))
        .map(key -> bound.placeOf(config, key.getValue()))
        .orElseGet(() -> bound.placeOf(config));
  }

  /** The remedies of a training are calls in Java. */
  private static String inWordsOfYaml(String message) {
    return message
        .replaceAll(
            "metricProperties\\(MetricProperties\\.defaults\\(\\)\\.higherIsBetter\\(\"(.*)\"\\)\\)"
                + " or lowerIsBetter",
            "metric_directions: {higher_is_better: '$1'} or lower_is_better")
        .replaceAll("call seed\\((-?\\d+)\\)", "set seed: $1")
        .replace("another dataset name by named(...)", "another 'dataset_name'")
        .replace("leave weights(...) out", "leave 'weights' out")
        .replaceAll("results\\(\\)\\.toParquet\\('(.*?)'\\)", "results_path '$1'");
  }
}
