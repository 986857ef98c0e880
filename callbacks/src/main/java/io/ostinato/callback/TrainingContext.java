package io.ostinato.callback;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.LogWriter;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.Tracker;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a callback sees of its training run, on the driver, on the thread that trains. */
public interface TrainingContext {

  DataContainer data();

  /** The loss that the run trains with. */
  LossFactory loss();

  /**
   * The loss of the last update, the mean over its samples; NaN if it was not finite, so that the
   * update was skipped. None before the first update.
   */
  OptionalDouble lastLoss();

  /**
   * The model that is trained. Its parameters may be changed, in place and in any hook: callbacks
   * that come later at that moment see it, evaluations that are still to come too, and so do the
   * checkpoints of the moment.
   */
  Block block();

  /**
   * The parameters of the {@link #block} by name, in its order: those of all its layers, frozen
   * ones and running statistics included. The names are those in checkpoints. {@code getArray()} is
   * the present value; its {@code getGradient()} is what the micro-batches of an update have added
   * up to until then, while {@link Callback#trackAfterAccumulationStep} is called, and zero
   * otherwise.
   */
  default Map<String, Parameter> parameters() {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    block().getParameters().forEach(entry -> parameters.put(entry.getKey(), entry.getValue()));
    return parameters;
  }

  /**
   * The weights as they are now, on the host: with what callbacks have changed at this moment.
   *
   * <p>What is as it was the last time is not copied or hashed again, but compared; on a GPU it is
   * brought to the host for that.
   */
  WeightSnapshot weights();

  /**
   * The weights that a metric of the present moment was measured at, which a callback may have
   * changed since: those that the callback that wrote it had evaluated before. None where it had
   * evaluated nothing at this moment, or two versions of the weights, so that it is open which of
   * them the metric is of.
   */
  Optional<WeightSnapshot> weightsOf(String metric);

  /** Other weights that evaluations can ask for. */
  WeightVariants variants();

  /**
   * The learning rate that the next update uses, by group: {@code all} if all parameters have the
   * same, else one for each name of a parameter; empty for an optimizer without one.
   */
  Map<String, Double> learningRates();

  /**
   * The learning rate, to be changed: {@code context().learningRate().multiply(0.1)}.
   *
   * @throws IllegalStateException if the optimizer has none that can be changed
   */
  LearningRateControl learningRate();

  /** Where the time of the update that has just been made went. */
  UpdateTimings timings();

  /** A writer whose metrics go into the record of the present moment. */
  LogWriter writerFor(String callback);

  /**
   * The trackers of this run that are of a class, to call what only they can do. None where the run
   * has no such tracker, or it couldn't be started. Unlike what is given to a {@link LogWriter},
   * what it throws is a failure of the callback.
   */
  <T extends Tracker> List<T> trackers(Class<T> type);

  /** What was written at the present moment so far. */
  MomentMetrics metrics();

  /** Which metrics are better when higher, or when lower. */
  MetricProperties metricProperties();

  /** What a callback asks to be kept of the present moment. */
  CheckpointRequests checkpointsFor(String callback);

  /**
   * Ends training after the present moment: all that is due at it still runs, the epoch's end
   * included, then {@link Callback#afterTraining}. In {@link Callback#beforeTraining} it has
   * nothing trained at all.
   *
   * @param reason as in {@code accuracy/test has not improved for 3 evaluations}
   */
  void stop(String reason);

  /** Where progress is shown. */
  ProgressDisplay progress();

  /** The files of this run, on whatever file system it is. */
  RunFiles files();

  /**
   * Where the files of this run are on this machine.
   *
   * @throws IllegalStateException if they are on another file system; see {@link #files}
   */
  default Path folder() {
    return files().localFolder();
  }

  /** The time that goes into logs. */
  Clock clock();

  /**
   * Evaluates the model at the present weights, and waits; the caller closes the results.
   *
   * @throws EvaluationException if the evaluation fails; the training is untouched
   */
  EvaluationResults evaluate(CallbackEvaluation evaluation);
}
