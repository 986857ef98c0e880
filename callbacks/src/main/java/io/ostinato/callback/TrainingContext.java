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

/**
 * A callback's access to its training run, on the driver, on the training thread.
 *
 * <p>If evaluations run beside training, the callbacks that evaluate or read metrics are called
 * when training has gone on. They then see the moment that was measured: its weights, variants,
 * learning rates, loss, timings and metrics, and its checkpoints. Only {@link #block()}, {@link
 * #parameters()} and {@link #learningRate()} are those of the present training.
 */
public interface TrainingContext {

  /** The training and evaluation datasets of the run. */
  DataContainer data();

  /** The training loss of the run. */
  LossFactory loss();

  /**
   * The loss of the last update, as the mean over its samples; NaN if the update was skipped
   * because its loss was not finite. Empty before the first update.
   */
  OptionalDouble lastLoss();

  /**
   * The model being trained. Its parameters can be changed in place, in any hook. The change is
   * visible to callbacks and evaluations later at that moment, and to the moment's checkpoints.
   */
  Block block();

  /**
   * The parameters of the {@link #block} by name, in its order: those of all its layers, including
   * frozen ones and running statistics. The names are those in checkpoints. {@code getArray()} is
   * the current value. Its {@code getGradient()} is the sum over the micro-batches of the update so
   * far while {@link Callback#trackAfterAccumulationStep} is called, and zero otherwise.
   */
  default Map<String, Parameter> parameters() {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    block().getParameters().forEach(entry -> parameters.put(entry.getKey(), entry.getValue()));
    return parameters;
  }

  /**
   * The current weights, on the host, including changes made by callbacks at this moment.
   *
   * <p>Weights that haven't changed since the last call are compared rather than copied and hashed
   * again; on a GPU they are copied to the host for the comparison.
   */
  WeightSnapshot weights();

  /**
   * The weights at which a metric of the current moment was measured, even if a callback has
   * changed them since: those that the callback that wrote the metric had evaluated before. Empty
   * if that callback had evaluated nothing at this moment, or several versions of the weights, so
   * that it is unknown which of them the metric belongs to.
   */
  Optional<WeightSnapshot> weightsOf(String metric);

  /** Other weights that evaluations can select. */
  WeightVariants variants();

  /**
   * The learning rate of the next update, by group: {@code all} if all parameters have the same
   * rate, otherwise one by the name of each parameter; empty for an optimizer without a learning
   * rate.
   */
  Map<String, Double> learningRates();

  /**
   * Changes the learning rate: {@code context().learningRate().multiply(0.1)}.
   *
   * @throws IllegalStateException if the optimizer has no learning rate that can be changed
   */
  LearningRateControl learningRate();

  /** The time of each phase of the last update. */
  UpdateTimings timings();

  /** The evaluations that run beside training now. */
  default EvaluationsUnderWay evaluationsUnderWay() {
    return EvaluationsUnderWay.NONE;
  }

  /** A writer that adds metrics to the record of the current moment. */
  LogWriter writerFor(String callback);

  /**
   * The trackers of this run that are instances of a class, for features specific to them. Empty if
   * the run has no such tracker, or if it couldn't be started. Unlike with a {@link LogWriter}, an
   * exception thrown by such a call is a failure of the callback.
   */
  <T extends Tracker> List<T> trackers(Class<T> type);

  /** The metrics that were written so far at the current moment. */
  MomentMetrics metrics();

  /** Which metrics are better when higher, or when lower. */
  MetricProperties metricProperties();

  /** Requests checkpoints of the current moment, on behalf of a callback. */
  CheckpointRequests checkpointsFor(String callback);

  /**
   * Ends training after the current moment: everything that is due still runs, including the end of
   * the epoch, followed by {@link Callback#afterTraining}. If called in {@link
   * Callback#beforeTraining}, nothing is trained.
   *
   * @param reason such as {@code accuracy/test has not improved for 3 evaluations}
   */
  void stop(String reason);

  /** The display of progress. */
  ProgressDisplay progress();

  /** The files of this run, on any file system. */
  RunFiles files();

  /**
   * The folder of this run's files on this machine.
   *
   * @throws IllegalStateException if they are on another file system; see {@link #files}
   */
  default Path folder() {
    return files().localFolder();
  }

  /** The clock for times in logs. */
  Clock clock();

  /**
   * Evaluates the model at the current weights and waits for the results, which the caller must
   * close. An evaluation that fails is repeated as its policy says.
   *
   * @throws EvaluationException if the last attempt fails. If the policy is to {@linkplain
   *     io.ostinato.evaluation.OnFailure#warn warn}, the failure has been logged and recorded, and
   *     the exception, if it leaves the callback, doesn't end the training
   */
  EvaluationResults evaluate(CallbackEvaluation evaluation);
}
