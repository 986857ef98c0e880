package io.ostinato.training;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.UpdateTimings;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.libraries.Reason;
import io.ostinato.model.BlockWeights;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoint;
import io.ostinato.tracking.EvaluationsFile;
import io.ostinato.tracking.EvaluationsLog;
import io.ostinato.tracking.MetricsLog;
import io.ostinato.tracking.RunStatus;
import io.ostinato.tracking.RunSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** The state of a training from one update to the next, besides that of its optimizer. */
  interface OwnState {
    /** No state. */
    OwnState NONE =
        new OwnState() {
          @Override
          public Map<String, String> save() {
            return Map.of();
          }

          @Override
          public void restore(Map<String, String> saved) {}
        };

    Map<String, String> save();

    void restore(Map<String, String> saved);
  }

  private final TrainingSettings settings;
  private final Block block;
  private final OptimizerState optimizer;
  private final OwnState own;
  private final Closing closing = new Closing();
  private final LastLoss lastLoss = new LastLoss();
  private final LaterChanges changes = new LaterChanges();
  private final MetricsLog metrics;
  private final EvaluationsLog evaluations;
  private final RunSummary summary;
  private final PresentTraining present;
  private final RunCheckpoints checkpoints;
  private final RunContext context;
  private final PastMoments past;
  private final TrainingMoments moments;
  private final Joining joining;
  private final Purpose purpose;
  private UpdateCounter counter;

  /**
   * Creates a run at this counter, on an initialized block.
   *
   * @param own the training's own state
   * @param purpose only a run that trains discards what was written after the checkpoint that it
   *     resumes from
   * @param resumed the checkpoint to resume from; empty for a run from the beginning
   */
  CallbackRun(
      TrainingSettings settings,
      Block block,
      OptimizerState optimizer,
      UpdateCounter counter,
      OwnState own,
      Purpose purpose,
      List<Checkpoint> resumed) {
    this.settings = settings;
    this.block = block;
    this.optimizer = optimizer;
    this.counter = counter;
    this.own = own;
    this.purpose = purpose;
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
      this.present = new PresentTraining(block, optimizer, lastLoss);
      WaitingCallbacks waiting = new WaitingCallbacks(settings.callbacks(), settings.evaluations());
      this.checkpoints =
          new RunCheckpoints(
              settings,
              new RunCheckpoints.RunState(
                  block.getClass().getName(),
                  present,
                  optimizer,
                  lastLoss,
                  own::save,
                  metrics,
                  changes,
                  waiting),
              this::counter);
      this.context =
          new RunContext(
              settings,
              block,
              optimizer,
              present,
              purpose,
              () -> new Moment(settings, purpose, present, checkpoints));
      this.past = new PastMoments(settings.evaluations(), waiting, context, present, checkpoints);
      this.moments =
          new TrainingMoments(settings.callbacks(), this::flush, context, present, waiting, past);
      this.joining =
          new Joining(
              moments,
              past,
              context,
              optimizer,
              changes,
              settings.evaluations().onStop(),
              this::rewind);
      closing.add(settings.report());
      closing.add(settings.tracker());
      settings.tracker().start(settings.run());
      for (Callback callback : settings.callbacks()) {
        callback.attach(context);
        closing.add(callback::detach);
      }
      closing.add(() -> joining.cancel("the training is closed"));
      resumed.forEach(checkpoint -> lastLoss.restore(checkpoint.loop()));
      resumed.forEach(checkpoint -> changes.restore(checkpoint.loop()));
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
    report();
    moments.beforeTraining(counter);
    if (context.stopReason().filter(changes::willStop).isPresent()) {
      context.withdrawStop(); // its callback has requested it again, before it takes effect
    }
    joining.applyChanges(counter);
  }

  /** Starts the report of the run. */
  private void report() {
    RunDescriptor descriptor = new RunDescriptor(settings, block);
    if (purpose == Purpose.EVALUATION) {
      settings.report().add(() -> descriptor.facts("evaluation"));
    } else if (settings.resumeFrom().isEmpty()) {
      settings.report().start(() -> descriptor.facts("training"));
    } else {
      settings.report().resume(() -> descriptor.facts("training"));
    }
  }

  void afterAccumulationStep(AccumulationStep step) {
    lastLoss.add(step);
    moments.afterAccumulationStep(step);
  }

  /** Called after each update. */
  void afterUpdate(UpdateTimings timings) {
    counter = counter.advance();
    lastLoss.updateIsMade(counter.epochSize().samplesOf(counter.current().update()));
    present.updated(timings.withEvaluationWait(past.takeWait()));
    moments.afterUpdate(counter);
    joining.afterUpdate(counter);
  }

  /** Completes all moments, after the last update. */
  void completeAll() {
    joining.drain(counter);
  }

  /** See {@link TrainingMoments#failureOf}. */
  Throwable failureOf(Throwable updateFailed) {
    return moments.failureOf(updateFailed);
  }

  void atEval() {
    report();
    moments.atEval(counter);
  }

  void afterTraining() {
    completeAll();
    moments.afterTraining(counter);
  }

  /** Completes all moments, and saves a checkpoint of a training that a signal has ended. */
  void keepInterrupted() {
    joining.drainForResuming(counter);
    keep(".signal_interrupt");
  }

  /** Saves a checkpoint of the current moment, named by its iteration and this suffix. */
  private String keep(String addition) {
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
      joining.cancel("the run belongs to another process now");
      return;
    }
    attempt(failure, () -> joining.drainForResuming(counter));
    attempt(failure, this::keepFailed);
    attempt(failure, this::writeSummary);
    attempt(failure, () -> settings.tracker().finish(summary, RunStatus.FAILED));
    settings.report().end(RunStatus.FAILED, reasonOf(failure));
  }

  private void keepFailed() {
    if (joining.isCancelled()) {
      log.info("training failed; resume from 'latest', since evaluations were cancelled");
    } else {
      log.info("training failed; saved checkpoint '{}'", keep(".error"));
    }
  }

  private static String reasonOf(Throwable failure) {
    return failure instanceof EvaluationException evaluation
        ? String.valueOf(evaluation.getMessage())
        : Reason.of(failure);
  }

  /**
   * Ends a run that has not failed.
   *
   * @param reason why it ended, in words
   */
  void finish(RunStatus status, String reason) {
    writeSummary();
    settings.tracker().finish(summary, status);
    settings.report().end(status, reason);
  }

  TrainingResult result(EndedBy endedBy, String reason) {
    return new TrainingResult(
        settings.run().files(), counter.current(), context.weights(), endedBy, reason, summary);
  }

  /** A checkpoint with everything that is required to resume from the current moment. */
  Checkpoint checkpoint() {
    return checkpoints.training();
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

  /** Goes back to a past moment, which is complete. */
  private void rewind(RunCheckpoints.Draft draft) {
    log.info("training goes back from {} to {}", counter.current(), draft.at().current());
    Checkpoint then = draft.complete();
    BlockWeights.restore(block, then.weights());
    optimizer.replace(then.optimizer(), managerOf(block));
    optimizer.restoreRate(then.loop());
    own.restore(then.loop());
    lastLoss.restore(then.loop());
    CallbackStates.restore(settings.callbacks(), then);
    counter = draft.at();
  }

  private static NDManager managerOf(Block block) {
    return block.getParameters().get(0).getValue().getArray().getManager();
  }

  private void flush(UpdateCounter at) {
    Moment moment = context.moment();
    evaluations.flush(moment.records());
    moment.failures().count(summary, moment.metrics());
    metrics
        .flush(at.current(), moment.metrics())
        .ifPresent(
            record -> {
              summary.add(record);
              settings.tracker().log(record);
            });
    moment.media().flush(at.current(), settings.clock().instant(), settings.tracker());
    settings.report().changed();
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
}
