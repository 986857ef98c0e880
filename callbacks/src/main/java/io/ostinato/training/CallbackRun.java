package io.ostinato.training;

import ai.djl.nn.Block;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.UpdateTimings;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoint;
import io.ostinato.tracking.EvaluationsFile;
import io.ostinato.tracking.EvaluationsLog;
import io.ostinato.tracking.MetricsLog;
import io.ostinato.tracking.RunStatus;
import io.ostinato.tracking.RunSummary;
import io.ostinato.weights.WeightSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The callbacks' side of a training, independent of how updates are made: keeps its position, calls
 * the callbacks, and writes metrics and checkpoints.
 */
final class CallbackRun implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  /** The purpose of a run. */
  enum Purpose {
    TRAINING,
    /** Evaluates at one moment, and changes nothing. */
    EVALUATION
  }

  private final TrainingSettings settings;
  private final Block block;
  private final OptimizerState optimizer;
  private final Supplier<Map<String, String>> loop;
  private final Closing closing = new Closing();
  private final LastLoss lastLoss = new LastLoss();
  private final MetricsLog metrics;
  private final EvaluationsLog evaluations;
  private final RunSummary summary;
  private final RunContext context;
  private final TrainingMoments moments;
  private UpdateCounter counter;

  /**
   * Creates a run at this counter, on an initialized block.
   *
   * @param loop supplies the training's own state at the current moment
   * @param purpose only a run that trains discards what was written after the checkpoint that it
   *     resumes from
   * @param resumed the checkpoint to resume from; empty for a run from the beginning
   */
  CallbackRun(
      TrainingSettings settings,
      Block block,
      OptimizerState optimizer,
      UpdateCounter counter,
      Supplier<Map<String, String>> loop,
      Purpose purpose,
      List<Checkpoint> resumed) {
    this.settings = settings;
    this.block = block;
    this.optimizer = optimizer;
    this.counter = counter;
    this.loop = loop;
    try {
      this.metrics = closing.add(RunLog.open(settings, purpose));
      settings.start().guard().hold(metrics);
      closing.add(settings.start().guard()::release);
      if (purpose == Purpose.TRAINING) {
        new RunLog(settings, metrics).begin(resumed);
      }
      this.evaluations = closing.add(EvaluationsLog.of(settings.run().files(), settings.clock()));
      if (purpose == Purpose.TRAINING) {
        evaluations.keep(this::isFromBefore);
      }
      this.summary = RunSummary.of(settings.metricProperties(), metrics.records());
      PendingCheckpoints checkpoints =
          new PendingCheckpoints(
              settings.checkpoints(), this::checkpoint, this::weights, this::ofWeights);
      this.context =
          new RunContext(
              settings, block, metrics, evaluations, checkpoints, optimizer, lastLoss, purpose);
      this.moments =
          new TrainingMoments(
              settings.callbacks(), this::flush, checkpoints, context.sharedEvaluations());
      closing.add(settings.tracker());
      settings.tracker().start(settings.run());
      for (Callback callback : settings.callbacks()) {
        callback.attach(context);
        closing.add(callback::detach);
      }
      resumed.forEach(checkpoint -> lastLoss.restore(checkpoint.loop()));
      resumed.forEach(checkpoint -> CallbackStates.restore(settings.callbacks(), checkpoint));
    } catch (RuntimeException | Error e) {
      closing.closeAfter(e);
      throw e;
    }
  }

  UpdateCounter counter() {
    return counter;
  }

  /** The reason to end training, if a callback has requested it. */
  Optional<String> stopReason() {
    return context.stopReason();
  }

  void beforeTraining() {
    moments.beforeTraining(counter);
  }

  void afterAccumulationStep(AccumulationStep step) {
    lastLoss.add(step);
    moments.afterAccumulationStep(step);
  }

  /** Called after each update. */
  void afterUpdate(UpdateTimings timings) {
    counter = counter.advance();
    lastLoss.updateIsMade(counter.epochSize().samplesOf(counter.current().update()));
    context.updated(timings);
    moments.afterUpdate(counter);
  }

  /** See {@link TrainingMoments#failureOf}. */
  Throwable failureOf(Throwable updateFailed) {
    return moments.failureOf(updateFailed);
  }

  void atEval() {
    moments.atEval(counter);
  }

  void afterTraining() {
    moments.afterTraining(counter);
  }

  /** Saves a checkpoint of the current moment, named by its iteration and this suffix. */
  String keep(String addition) {
    String tag = counter.current() + addition;
    settings.checkpoints().save(tag, checkpoint());
    return tag;
  }

  /**
   * Saves the state after a failure; further failures are added as suppressed. Does nothing if the
   * run belongs to another process now.
   */
  void keepError(Throwable failure) {
    attempt(failure, settings.start().guard()::check);
    if (settings.start().guard().isLost()) {
      log.warn("run '{}' belongs to another process now; nothing is saved", settings.run().runId());
      return;
    }
    attempt(failure, () -> log.info("training failed; saved checkpoint '{}'", keep(".error")));
    attempt(failure, this::writeSummary);
    attempt(failure, () -> settings.tracker().finish(summary, RunStatus.FAILED));
  }

  void finish(RunStatus status) {
    writeSummary();
    settings.tracker().finish(summary, status);
  }

  TrainingResult result(EndedBy endedBy, String reason) {
    return new TrainingResult(
        settings.run().files(), counter.current(), context.weights(), endedBy, reason, summary);
  }

  /** A checkpoint with everything that is required to resume from the current moment. */
  Checkpoint checkpoint() {
    return Checkpoint.ofTraining(
            counter.current(),
            settings.run().runId(),
            architecture(),
            context.weights(),
            optimizer.save(),
            CallbackStates.of(settings.callbacks()))
        .withLoop(loopState());
  }

  private Map<String, String> loopState() {
    Map<String, String> state = new LinkedHashMap<>(loop.get());
    state.putAll(metrics.logged().save());
    state.putAll(optimizer.saveRate());
    state.putAll(lastLoss.save());
    return state;
  }

  @Override
  public void close() {
    closing.close();
  }

  /** Whether this run, which may resume from a checkpoint, doesn't reach an evaluation again. */
  private boolean isFromBefore(EvaluationsFile.Key evaluation) {
    return !settings.resumeFrom().isEmpty()
        && evaluation.iteration().compareTo(counter.current()) <= 0;
  }

  private void flush(UpdateCounter at) {
    evaluations.flush();
    context.failures().count(summary, metrics);
    metrics
        .flush(at.current())
        .ifPresent(
            record -> {
              summary.add(record);
              settings.tracker().log(record);
            });
    context.end(at.current());
  }

  private void writeSummary() {
    summary.write(settings.run().files());
  }

  private static void attempt(Throwable failure, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      if (e != failure) {
        failure.addSuppressed(e);
      }
    }
  }

  private WeightSnapshot weights() {
    return context.weights();
  }

  private Checkpoint ofWeights(WeightSnapshot weights) {
    return Checkpoint.ofWeights(counter.current(), settings.run().runId(), architecture(), weights);
  }

  private String architecture() {
    return block.getClass().getName();
  }
}
