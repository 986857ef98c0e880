package io.ostinato.training;

import ai.djl.ndarray.types.Shape;
import ai.djl.translate.TranslateException;
import io.ostinato.callback.Callback;
import io.ostinato.callback.SerializationCheck;
import io.ostinato.callback.TrainingPlan;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.PlannedData;
import io.ostinato.model.BlockFactory;
import io.ostinato.model.BlockSource;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.EpochSize;
import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.Trackers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Assembles a training from the settings of its builder, or reports all mistakes in them. */
final class TrainingAssembly {
  private static final Subject MODEL = Subject.setting("model");
  private static final Subject LENGTH = Subject.setting("length");
  private static final Subject TRAIN = Subject.dataset("train");
  private static final String EFFECTIVE_BATCH_SIZE = "effective_batch_size";
  private static final String MICRO_BATCH_SIZE = "micro_batch_size";

  private final TrainingLoopBuilder from;
  private final TrainingMistakes mistakes = new TrainingMistakes();
  private final EvaluationEngine evaluator;
  private final String runId;
  private final RunFiles files;
  private final Checkpoints checkpoints;
  private final List<Callback> callbacks;
  private final MetricProperties metricProperties;

  TrainingAssembly(TrainingLoopBuilder from) {
    this.from = from;
    this.evaluator = from.engine == null ? new LocalEvaluationEngine() : from.engine;
    this.runId = from.runId == null ? RunInfo.newId(from.clock) : from.runId;
    this.files = from.output.folder(runId);
    this.checkpoints =
        Checkpoints.in(
            from.checkpointFiles == null ? files.folder("checkpoints") : from.checkpointFiles);
    this.callbacks = new ArrayList<>(from.callbacks);
    if (from.defaultCallbacks) {
      callbacks.addAll(DefaultCallbacks.without(from.callbacks));
    }
    this.metricProperties =
        from.metricProperties.withWritten(callbacks.stream().map(Callback::directions).toList());
  }

  /** Like {@link #assemble}, but refuses settings that a listener doesn't support. */
  TrainingSettings assembleForListener() {
    if (from.resumeTag != null) {
      mistakes.add(
          Mistake.of(
              Subject.setting("resume"),
              "EasyTrain can't resume from a checkpoint",
              "use a TrainingLoop"));
    }
    if (microBatchSize() != from.effectiveBatchSize) {
      mistakes.add(
          Mistake.of(
              Subject.setting(MICRO_BATCH_SIZE),
              "EasyTrain has no micro-batches",
              "remove microBatchSize or use a TrainingLoop"));
    }
    if (from.gradientClipping.kind() != GradientClipping.Kind.NONE) {
      mistakes.add(
          Mistake.of(
              Subject.setting("gradient_clipping"),
              "EasyTrain can't clip gradients",
              "use the optimizer's clipping or a TrainingLoop"));
    }
    if (from.nonFiniteLoss.skipLimit() > 0) {
      mistakes.add(
          Mistake.of(
              Subject.setting("skip_non_finite"),
              "EasyTrain can't skip updates",
              "use a TrainingLoop"));
    }
    if (!from.signals.equals(List.of(TrainingLoopBuilder.TERM))) {
      mistakes.add(
          Mistake.of(
              Subject.run(),
              "EasyTrain ends immediately on a signal",
              "remove stopOnInterrupt or use a TrainingLoop"));
    }
    return assemble();
  }

  /** Checks everything that can be checked without data and without an engine. */
  void checkWithoutRows(PlannedData planned) {
    checkModel();
    checkSizes();
    checkEpochs();
    checkCallbacks(planned, meetingsWithoutRows());
    checkTrackers();
    resumeFrom();
    if (!mistakes.isEmpty()) {
      throw new TrainingConfigurationException(mistakes.all());
    }
  }

  TrainingSettings assemble() {
    checkModel();
    checkSizes();
    checkEvaluations();
    checkTrain();
    DataContainer data = from.data;
    if (data != null) {
      checkCallbacks(PlannedData.of(data), meetings());
    }
    mistakes.addAll(ResultsTargets.refused(callbacks, evaluator));
    checkTrackers();
    List<String> resumeFrom = resumeFrom();
    BlockFactory factory = from.factory;
    TrainingLength length = from.length;
    if (factory == null || data == null || length == null || !mistakes.isEmpty()) {
      throw new TrainingConfigurationException(mistakes.all());
    }
    return new TrainingSettings(
        (BlockSource) ModelSource.ofBlock(factory, from.inputShapes.toArray(Shape[]::new)),
        data,
        evaluator,
        from.engine == null ? evaluator::close : () -> {},
        callbacks,
        length,
        epochSize(data),
        microBatchSize(),
        from.gradientClipping,
        from.nonFiniteLoss,
        from.loss,
        from.optimizer.get(),
        from.seed,
        new RunInfo(runId, files, parameters(length)),
        checkpoints,
        resumeFrom,
        from.signals,
        Trackers.all(from.trackers),
        metricProperties,
        from.progress == null ? ProgressDisplay.console() : from.progress,
        from.clock);
  }

  private Meetings meetings() {
    TrainingLength length = from.length;
    DataContainer data = from.data;
    try {
      return length == null || data == null
          ? Meetings.unknown()
          : Meetings.of(UpdateCounter.of(length, epochSize(data)));
    } catch (IllegalArgumentException | ArithmeticException e) {
      return Meetings.unknown(); // the sizes are invalid, which has been reported
    }
  }

  private Meetings meetingsWithoutRows() {
    return from.length == null || from.effectiveBatchSize < 1
        ? Meetings.unknown()
        : Meetings.withoutRows(from.length, from.effectiveBatchSize, from.lastBatch);
  }

  private int microBatchSize() {
    return from.microBatchSize == null ? from.effectiveBatchSize : from.microBatchSize;
  }

  private EpochSize epochSize(DataContainer data) {
    return switch (from.lastBatch) {
      case DROP -> EpochSize.droppingLast(data.train().size(), from.effectiveBatchSize);
      case KEEP -> EpochSize.keepingLast(data.train().size(), from.effectiveBatchSize);
    };
  }

  private Map<String, String> parameters(TrainingLength length) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("length", length.toString());
    parameters.put(EFFECTIVE_BATCH_SIZE, Integer.toString(from.effectiveBatchSize));
    parameters.put(MICRO_BATCH_SIZE, Integer.toString(microBatchSize()));
    parameters.put("seed", Integer.toString(from.seed));
    parameters.putAll(from.parameters);
    return parameters;
  }

  private void checkModel() {
    if (from.factory == null) {
      mistakes.add(Mistake.of(MODEL, "there is no model", "call model(factory, inputShapes)"));
      return;
    }
    if (from.inputShapes.isEmpty()) {
      mistakes.add(
          Mistake.of(
              MODEL,
              "the model has no input shape",
              "give one per input, without the batch dimension"));
    }
    SerializationCheck.problemOf(from.factory)
        .ifPresent(
            problem ->
                mistakes.add(
                    Mistake.of(MODEL, "the model's factory can't be serialized: " + problem)));
  }

  private void checkSizes() {
    if (from.length == null) {
      mistakes.add(
          Mistake.of(
              LENGTH,
              "there is no training length",
              "call length(...) with epochs, updates or samples"));
    }
    if (from.effectiveBatchSize < 1) {
      mistakes.add(
          Mistake.of(
              Subject.setting(EFFECTIVE_BATCH_SIZE),
              "effective_batch_size=%s must be at least 1".formatted(from.effectiveBatchSize)));
    } else if (microBatchSize() < 1 || from.effectiveBatchSize % microBatchSize() != 0) {
      mistakes.add(
          Mistake.of(
                  Subject.setting(MICRO_BATCH_SIZE),
                  "micro_batch_size=%s must divide effective_batch_size=%s"
                      .formatted(microBatchSize(), from.effectiveBatchSize))
              .dependingOn(
                  Subject.setting(MICRO_BATCH_SIZE), Subject.setting(EFFECTIVE_BATCH_SIZE)));
    }
  }

  private void checkEvaluations() {
    DataContainer data = from.data;
    if (data == null) {
      mistakes.add(
          Mistake.of(Subject.setting("datasets"), "there is no data", "call data(container)"));
      return;
    }
    for (String key : data.evaluationKeys()) {
      try {
        evaluator.check(key, data.evaluation(key));
      } catch (RuntimeException e) {
        mistakes.add(Mistake.of(Subject.dataset(key), String.valueOf(e.getMessage())));
      }
    }
  }

  private void checkTrain() {
    DataContainer data = from.data;
    if (data == null) {
      return;
    }
    try {
      data.train().prepare();
      checkRows(data.train().size());
    } catch (IOException | TranslateException e) {
      mistakes.add(Mistake.of(TRAIN, "the training dataset can't be prepared: " + e));
    }
  }

  private void checkRows(long rows) {
    if (rows == 0) {
      mistakes.add(Mistake.of(TRAIN, "the training dataset is empty"));
    } else if (rows < from.effectiveBatchSize && from.lastBatch == LastBatch.DROP) {
      mistakes.add(
          Mistake.of(
              TRAIN,
              "the training dataset has %s rows, fewer than effective_batch_size=%s"
                  .formatted(rows, from.effectiveBatchSize)));
    } else if (from.data != null && from.length != null && mistakes.isEmpty()) {
      checkCountable(from.data, from.length);
    }
  }

  private void checkCountable(DataContainer data, TrainingLength length) {
    try {
      length.end(epochSize(data));
    } catch (ArithmeticException e) {
      tooLong(length);
    }
  }

  private void checkEpochs() {
    TrainingLength length = from.length;
    if (length != null
        && length.unit() == IntervalType.EPOCH
        && length.count() > Integer.MAX_VALUE) {
      tooLong(length);
    }
  }

  private void tooLong(TrainingLength length) {
    mistakes.add(
        Mistake.of(
            LENGTH,
            "a training length of %s is too long: at most %s epochs"
                .formatted(length, Integer.MAX_VALUE)));
  }

  private void checkCallbacks(PlannedData data, Meetings meetings) {
    Set<String> weights =
        callbacks.stream()
            .flatMap(callback -> callback.offersWeights().stream())
            .collect(Collectors.toSet());
    TrainingPlan plan = new TrainingPlan(data, metricProperties, weights, from.loss);
    for (Callback callback : callbacks) {
      callback.mistakes(plan).forEach(mistake -> mistakes.add(mistake, callback));
    }
    mistakes.addAll(new MetricKeys(plan, meetings).mistakes(callbacks));
    for (Callback callback : callbacks) {
      SerializationCheck.problemOf(callback)
          .ifPresent(
              problem ->
                  mistakes.add(
                      Mistake.of(
                          Subject.callback(callback.name()),
                          "callback '%s' can't be serialized: %s"
                              .formatted(callback.name(), problem)),
                      callback));
    }
    mistakes.addAll(CallbackStates.mistakes(callbacks));
    mistakes.addAll(ResultsTargets.shared(callbacks));
    try {
      CallbackOrder.of(callbacks);
    } catch (CallbackOrder.Circle e) {
      mistakes.addAll(List.of(e.mistake()));
    }
  }

  private void checkTrackers() {
    RunInfo run = new RunInfo(runId, files, from.parameters);
    from.trackers.forEach(tracker -> tracker.mistakes(run).forEach(mistakes::add));
  }

  /** The tag to resume from; empty for a new training, whose folder must not exist. */
  private List<String> resumeFrom() {
    if (from.resumeTag != null) {
      return new ResumeCheck(runId, files, checkpoints, from.seed, mistakes).tag(from.resumeTag);
    }
    if (files.exists(MetricsFile.NAME)) {
      mistakes.add(
          Mistake.of(
              Subject.setting("run_id"),
              "run '%s' already exists in '%s'".formatted(runId, files.location()),
              "resume it, or choose another run id"));
    }
    return List.of();
  }
}
