package io.ostinato.training;

import ai.djl.ndarray.types.Shape;
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
import io.ostinato.report.RunReport;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.FencedFiles;
import io.ostinato.storage.NewestCheckpoint;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.Trackers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Assembles a training from the settings of its builder, or reports all mistakes in them. */
final class TrainingAssembly {
  static final String EFFECTIVE_BATCH_SIZE = "effective_batch_size";
  static final String MICRO_BATCH_SIZE = "micro_batch_size";

  private final TrainingLoopBuilder from;
  private final TrainingMistakes mistakes = new TrainingMistakes();
  private final SettingsCheck check;
  private final EvaluationEngine evaluator;
  private final String runId;
  private final RunGuard guard = new RunGuard();
  private final RunFiles files;
  private final RunFiles checkpointFiles;
  private final Checkpoints checkpoints;
  private final List<Callback> callbacks;
  private final MetricProperties metricProperties;

  TrainingAssembly(TrainingLoopBuilder from) {
    this.from = from;
    this.check = new SettingsCheck(from, mistakes);
    this.evaluator = from.engine == null ? new LocalEvaluationEngine() : from.engine;
    this.runId = from.runId == null ? RunInfo.newId(from.clock) : from.runId;
    RunFiles run = from.output.folder(runId);
    this.files = guarded(run);
    this.checkpointFiles =
        from.checkpointFiles == null ? files.folder("checkpoints") : guarded(from.checkpointFiles);
    this.checkpoints = Checkpoints.in(checkpointFiles);
    this.callbacks = new ArrayList<>(from.callbacks);
    if (from.defaultCallbacks) {
      callbacks.addAll(DefaultCallbacks.without(from.callbacks));
    }
    this.metricProperties =
        from.metricProperties.withWritten(callbacks.stream().map(Callback::directions).toList());
  }

  private RunFiles guarded(RunFiles unguarded) {
    String writer = RunStart.writerOf(from.output.folder(runId));
    return new FencedFiles(unguarded.writtenBy(writer), guard::check);
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
    if (check.microBatchSize() != from.effectiveBatchSize) {
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
    if (from.evaluations.isBeside() && evaluator instanceof LocalEvaluationEngine) {
      mistakes.add(
          Mistake.of(
              Subject.setting("evaluations"),
              "EasyTrain's updates don't take turns with evaluations in the same process",
              "use an engine with executors, or a TrainingLoop"));
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
    check.model();
    check.sizes();
    check.epochs();
    checkCallbacks(planned, meetingsWithoutRows());
    checkTrackers();
    start(newest -> {});
    if (!mistakes.isEmpty()) {
      throw new TrainingConfigurationException(mistakes.all());
    }
  }

  TrainingSettings assemble() {
    check.model();
    check.sizes();
    check.evaluations(evaluator);
    check.train();
    DataContainer data = from.data;
    if (data != null) {
      checkCallbacks(PlannedData.of(data), meetings());
    }
    mistakes.addAll(ResultsTargets.refused(callbacks, evaluator));
    check.whenFull();
    checkTrackers();
    Start start = start(ResumeCheck::warn);
    BlockFactory factory = from.factory;
    TrainingLength length = from.length;
    if (factory == null || data == null || length == null || !mistakes.isEmpty()) {
      throw new TrainingConfigurationException(mistakes.all());
    }
    return new TrainingSettings(
        (BlockSource) ModelSource.ofBlock(factory, from.inputShapes.toArray(Shape[]::new)),
        data,
        evaluator,
        from.evaluations,
        from.engine == null ? evaluator::close : () -> {},
        callbacks,
        length,
        check.epochSize(data),
        check.microBatchSize(),
        from.gradientClipping,
        from.nonFiniteLoss,
        from.loss,
        from.optimizer.get(),
        from.seed,
        new RunInfo(runId, files, parameters(length)),
        report(),
        checkpoints,
        start.resumeFrom(),
        new RunStart(
            start.again(),
            from.lostMetrics,
            from.written,
            RunStart.writerOf(from.output.folder(runId)),
            from.checkpointFiles == null,
            guard),
        from.signals,
        Trackers.all(from.trackers),
        metricProperties,
        from.progress == null ? ProgressDisplay.console() : from.progress,
        from.clock);
  }

  private RunReport report() {
    return from.report
        ? RunReport.of(files, checkpointFiles, metricProperties, from.clock)
        : RunReport.none();
  }

  private Meetings meetings() {
    TrainingLength length = from.length;
    DataContainer data = from.data;
    try {
      return length == null || data == null
          ? Meetings.unknown()
          : Meetings.of(UpdateCounter.of(length, check.epochSize(data)));
    } catch (IllegalArgumentException | ArithmeticException e) {
      return Meetings.unknown(); // the sizes are invalid, which has been reported
    }
  }

  private Meetings meetingsWithoutRows() {
    return from.length == null || from.effectiveBatchSize < 1
        ? Meetings.unknown()
        : Meetings.withoutRows(from.length, from.effectiveBatchSize, from.lastBatch);
  }

  private Map<String, String> parameters(TrainingLength length) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("length", length.toString());
    parameters.put(EFFECTIVE_BATCH_SIZE, Integer.toString(from.effectiveBatchSize));
    parameters.put(MICRO_BATCH_SIZE, Integer.toString(check.microBatchSize()));
    parameters.put("seed", Integer.toString(from.seed));
    parameters.putAll(from.parameters);
    return parameters;
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
    mistakes.addAll(WaitingCallbacks.mistakes(callbacks, from.evaluations));
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

  /**
   * The start of a run.
   *
   * @param resumeFrom the tag to resume from; empty for a run from the beginning
   * @param again whether a run from the beginning was begun before
   */
  private record Start(List<String> resumeFrom, boolean again) {}

  private Start start(Consumer<NewestCheckpoint> found) {
    if (from.resumeTag != null) {
      ResumeCheck resume =
          new ResumeCheck(runId, files, checkpoints, from.seed, from.lostMetrics, found, mistakes);
      return new Start(resume.tag(from.resumeTag), false);
    }
    boolean hasOwnCheckpoints = from.checkpointFiles == null;
    StartCheck check = new StartCheck(runId, files, checkpointFiles, hasOwnCheckpoints, mistakes);
    return new Start(List.of(), check.isAgain());
  }
}
