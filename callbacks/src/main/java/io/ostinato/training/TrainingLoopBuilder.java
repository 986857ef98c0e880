package io.ostinato.training;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.translate.TranslateException;
import io.ostinato.callback.Callback;
import io.ostinato.callback.SerializationCheck;
import io.ostinato.evaluation.BlockFactory;
import io.ostinato.evaluation.BlockSource;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingLength;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a training, and reports all that is wrong with them together. */
public final class TrainingLoopBuilder {
  private static final DateTimeFormatter RUN_ID =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

  private final List<Callback> callbacks = new ArrayList<>();
  private final List<TrainingLength> lengths = new ArrayList<>();
  private @Nullable BlockFactory factory;
  private List<Shape> inputShapes = List.of();
  private @Nullable DataContainer data;
  private @Nullable EvaluationEngine engine;
  private int effectiveBatchSize = 32;
  private Supplier<Loss> loss = Loss::softmaxCrossEntropyLoss;
  private Supplier<Optimizer> optimizer = () -> Optimizer.adam().build();
  private int seed;
  private Path output = Path.of("runs");
  private @Nullable String runId;
  private @Nullable ProgressDisplay progress;
  private Clock clock = Clock.systemUTC();

  TrainingLoopBuilder() {}

  /**
   * The model; needed.
   *
   * @param inputShapes the shape of each input, without the batch dimension
   */
  public TrainingLoopBuilder model(BlockFactory blockFactory, Shape... inputShapes) {
    this.factory = blockFactory;
    this.inputShapes = List.of(inputShapes);
    return this;
  }

  /** What to train and evaluate on; needed. */
  public TrainingLoopBuilder data(DataContainer container) {
    this.data = container;
    return this;
  }

  /** What evaluates; in this process unless told. The caller closes it. */
  public TrainingLoopBuilder engine(EvaluationEngine evaluationEngine) {
    this.engine = evaluationEngine;
    return this;
  }

  /** Adds a callback; those due together run in the order of registration. */
  public TrainingLoopBuilder callback(Callback callback) {
    this.callbacks.add(callback);
    return this;
  }

  /** How long to train; needed, once. */
  public TrainingLoopBuilder length(TrainingLength length) {
    this.lengths.add(length);
    return this;
  }

  /** Samples of one update; 32 unless told. */
  public TrainingLoopBuilder effectiveBatchSize(int samples) {
    this.effectiveBatchSize = samples;
    return this;
  }

  /** The loss to train with, the mean over a batch; cross entropy of logits unless told. */
  public TrainingLoopBuilder loss(Loss trainingLoss) {
    this.loss = () -> trainingLoss;
    return this;
  }

  /** Adam with DJL's defaults unless told. Its state belongs to this training. */
  public TrainingLoopBuilder optimizer(Optimizer trainingOptimizer) {
    this.optimizer = () -> trainingOptimizer;
    return this;
  }

  /** What the first weights, the order of the rows and dropout come from; 0 unless told. */
  public TrainingLoopBuilder seed(int randomSeed) {
    this.seed = randomSeed;
    return this;
  }

  /** The folder of all runs; {@code runs} unless told. */
  public TrainingLoopBuilder output(Path folder) {
    this.output = folder;
    return this;
  }

  /** The name of this run's folder; the time at which it was built unless told. */
  public TrainingLoopBuilder runId(String id) {
    this.runId = id;
    return this;
  }

  /** Where progress is shown; on the console unless told, and nowhere if that is no terminal. */
  public TrainingLoopBuilder progress(ProgressDisplay display) {
    this.progress = display;
    return this;
  }

  /** The time that goes into logs. */
  public TrainingLoopBuilder clock(Clock time) {
    this.clock = time;
    return this;
  }

  /**
   * The training, ready to run.
   *
   * @throws TrainingConfigurationException if something is wrong; says all that is
   */
  public TrainingLoop build() {
    List<String> mistakes = new ArrayList<>();
    EvaluationEngine evaluator = engine == null ? new LocalEvaluationEngine() : engine;
    checkModel(mistakes);
    checkLength(mistakes);
    checkData(evaluator, mistakes);
    callbacks.forEach(callback -> checkCallback(callback, mistakes));
    if (factory == null || data == null || !mistakes.isEmpty()) {
      throw new TrainingConfigurationException(mistakes);
    }
    return new TrainingLoop(
        new TrainingSettings(
            (BlockSource) ModelSource.ofBlock(factory, inputShapes.toArray(Shape[]::new)),
            data,
            evaluator,
            engine == null ? evaluator::close : () -> {},
            callbacks,
            lengths.get(0),
            effectiveBatchSize,
            loss.get(),
            optimizer.get(),
            seed,
            output,
            runId == null ? RUN_ID.format(clock.instant()) : runId,
            progress == null ? ProgressDisplay.console() : progress,
            clock));
  }

  private void checkModel(List<String> mistakes) {
    if (factory == null) {
      mistakes.add("there is no model; call model(factory, inputShapes)");
      return;
    }
    if (inputShapes.isEmpty()) {
      mistakes.add("the model has no input shape; give one per input, without the batch dimension");
    }
    SerializationCheck.problemOf(factory)
        .ifPresent(problem -> mistakes.add("the model's factory can't be serialized: " + problem));
  }

  private void checkLength(List<String> mistakes) {
    if (lengths.isEmpty()) {
      mistakes.add("there is no training length; call length(...) with epochs, updates or samples");
    } else if (lengths.size() > 1) {
      mistakes.add(
          "there are several training lengths: %s; give exactly one"
              .formatted(lengths.stream().map(Object::toString).collect(Collectors.joining(", "))));
    }
    if (effectiveBatchSize < 1) {
      mistakes.add("effective_batch_size=%d must be at least 1".formatted(effectiveBatchSize));
    }
  }

  private void checkData(EvaluationEngine evaluator, List<String> mistakes) {
    if (data == null) {
      mistakes.add("there is no data; call data(container)");
      return;
    }
    for (String key : data.evaluationKeys()) {
      try {
        evaluator.check(key, data.evaluation(key));
      } catch (RuntimeException e) {
        mistakes.add(String.valueOf(e.getMessage()));
      }
    }
    try {
      data.train().prepare();
      if (data.train().size() < effectiveBatchSize) {
        mistakes.add(
            "the training dataset has %d rows, fewer than effective_batch_size=%d"
                .formatted(data.train().size(), effectiveBatchSize));
      }
    } catch (IOException | TranslateException e) {
      mistakes.add("the training dataset can't be prepared: " + e);
    }
  }

  private void checkCallback(Callback callback, List<String> mistakes) {
    if (data != null) {
      mistakes.addAll(callback.mistakes(data));
    }
    SerializationCheck.problemOf(callback)
        .ifPresent(
            problem ->
                mistakes.add(
                    "callback '%s' can't be serialized: %s".formatted(callback.name(), problem)));
  }
}
