package io.ostinato.callback;

import ai.djl.nn.Block;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.tracking.LogWriter;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** What a callback sees of its training run, on the driver, on the thread that trains. */
public interface TrainingContext {

  DataContainer data();

  /** The loss that the run trains with. */
  LossFactory loss();

  /** The model that is trained. Read its parameters; changing them changes training. */
  Block block();

  /** The weights at the present iteration, copied to the host once per update. */
  WeightSnapshot weights();

  /** Other weights that evaluations can ask for. */
  WeightVariants variants();

  /**
   * The learning rate that the next update uses, by group: {@code all} if all parameters have the
   * same, else one for each name of a parameter; empty for an optimizer without one.
   */
  Map<String, Double> learningRates();

  /** Where the time of the update that has just been made went. */
  UpdateTimings timings();

  /** A writer whose metrics go into the record of the present moment. */
  LogWriter writerFor(String callback);

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

  /** Where the files of this run are. */
  Path folder();

  /** The time that goes into logs. */
  Clock clock();

  /**
   * Evaluates the model at the present weights, and waits; the caller closes the results.
   *
   * @throws EvaluationException if the evaluation fails; the training is untouched
   */
  EvaluationResults evaluate(CallbackEvaluation evaluation);
}
