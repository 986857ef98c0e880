package io.ostinato.callback;

import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.describe.Words;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.tracking.LogWriter;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A hook into a training run, called at fixed moments.
 *
 * <p>On the driver, a callback has its {@link #context()}. A copy of it on an executor has only its
 * own serializable fields. All hooks run on the driver, on the training thread, and do nothing
 * unless overridden.
 */
public abstract class Callback implements Serializable {
  private static final long serialVersionUID = 1;

  private final String name;
  private transient @Nullable TrainingContext context;
  private transient @Nullable LogWriter writer;

  /** Creates a callback with a name, which appears in errors, in logs and in the names of jobs. */
  protected Callback(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "a callback needs a name that is not blank: " + getClass().getName());
    }
    this.name = name;
  }

  /**
   * Creates a callback named after its class: {@code TopKAccuracyCallback} is {@code
   * top_k_accuracy}.
   */
  protected Callback() {
    String type = getClass().getSimpleName().replaceFirst("Callback$", "");
    this.name = type.isEmpty() ? "callback" : Words.snakeCase(type);
  }

  public final String name() {
    return name;
  }

  /** A key of this callback, as the subject of {@link #mistakes}: {@code subject("tolerance")}. */
  protected final Subject subject(String key) {
    return Subject.callback(name).key(key);
  }

  /**
   * Gives the callback its context. Called by the training, before everything else. If that fails,
   * the callback has none.
   *
   * @throws IllegalStateException if it has the context of another training, which still runs
   */
  public final void attach(TrainingContext trainingContext) {
    take(trainingContext);
    try {
      this.writer = trainingContext.writerFor(name);
      attached();
    } catch (RuntimeException | Error e) {
      detachAfter(e);
      throw e;
    }
  }

  private synchronized void take(TrainingContext trainingContext) {
    if (context != null && context != trainingContext) {
      throw new IllegalStateException(
          "callback '%s' belongs to a training that is still running; create one for each training"
              .formatted(name));
    }
    this.context = trainingContext;
  }

  private void detachAfter(Throwable failure) {
    try {
      detach();
    } catch (RuntimeException | Error e) {
      failure.addSuppressed(e);
    }
  }

  /** Called when the context is available, before everything else, even restoring a state. */
  protected void attached() {}

  /** Removes the context. Called by the training, after everything else. */
  public final void detach() {
    try {
      detached();
    } finally {
      this.writer = null;
      release();
    }
  }

  private synchronized void release() {
    this.context = null;
  }

  /** Called last, after training has succeeded or failed. Releases resources. */
  protected void detached() {}

  /**
   * The training run that this callback belongs to.
   *
   * @throws IllegalStateException if there is none: before training, or in the copy of the callback
   *     that runs on an executor
   */
  protected final TrainingContext context() {
    if (context == null) {
      throw noContext("training context");
    }
    return context;
  }

  /**
   * The writer for this callback's metrics.
   *
   * @throws IllegalStateException if {@link #context()} does
   */
  protected final LogWriter writer() {
    if (writer == null) {
      throw noContext("log writer");
    }
    return writer;
  }

  /**
   * Checks whether this callback can work in a training, and returns every mistake found. The
   * subject of each is this callback or one of its {@linkplain #subject keys}.
   */
  public List<Mistake> mistakes(TrainingPlan plan) {
    return List.of();
  }

  /**
   * The metrics that this callback reads from {@link TrainingContext#metrics} at the moments when
   * it is due. It is called after all callbacks that may write them, whatever the order of
   * registration.
   */
  public Set<String> readsMetrics() {
    return Set.of();
  }

  /**
   * The metrics that this callback writes. Required if it reads metrics itself, so that callbacks
   * that read what it writes are called after it.
   */
  public Set<String> writesMetrics() {
    return Set.of();
  }

  /**
   * The metrics that this callback may write, as far as they are known before training. Default:
   * {@link #writesMetrics()}. Two callbacks that write the same metric are refused if they can be
   * due at the same moment, or {@linkplain #measures measure} different things; a callback that
   * isn't a {@link PeriodicCallback} can be due together with any other.
   */
  public Set<String> writesMetrics(TrainingPlan plan) {
    return writesMetrics();
  }

  /**
   * The directions of the metrics that this callback writes, as far as it knows them. The keys may
   * contain {@code *} for any characters; the first that matches decides. For other metrics, the
   * words of the key decide, see {@link io.ostinato.tracking.MetricProperties}. Called before
   * training, without a context.
   */
  public Map<String, Direction> directions() {
    return Map.of();
  }

  /**
   * Everything except the moment that affects the value of a metric that this callback writes, as
   * settings by name, such as {@code max_size} and {@code 1000}. Two callbacks that write the same
   * metric are refused before training if these differ. Default: the class; a {@link
   * PeriodicDataIteratorCallback} adds its part of the dataset and its weights.
   *
   * @param metric the key, such as {@code accuracy/test}
   */
  public Map<String, String> measures(String metric) {
    return Map.of("kind", getClass().getName());
  }

  /**
   * The keys of the weights that this callback offers to evaluations; see {@link WeightVariants}.
   */
  public Set<String> offersWeights() {
    return Set.of();
  }

  /**
   * Called before the first update in this process. A training that resumes from a checkpoint calls
   * it again, with the moment of the checkpoint.
   */
  public void beforeTraining(UpdateCounter at) {}

  /** Called after each micro-batch; the step's arrays are valid until this returns. */
  public void trackAfterAccumulationStep(AccumulationStep step) {}

  /** Called after each update, before {@link #afterUpdate} of any callback. */
  public void trackAfterUpdateStep(UpdateCounter at) {}

  /** Called after each update; see {@link #readsMetrics} for the order. */
  public void afterUpdate(UpdateCounter at) {}

  /**
   * Called after the last update of each epoch, after {@link #afterUpdate} of this callback and of
   * all callbacks that don't read metrics. For a callback that {@link #readsMetrics}, both hooks
   * are called after those of all callbacks before it.
   */
  public void afterEpoch(UpdateCounter at) {}

  /** Called when an evaluation is requested outside of any schedule. */
  public void atEval(UpdateCounter at) {}

  /** Called after the last update and everything that was due with it. */
  public void afterTraining(UpdateCounter at) {}

  private IllegalStateException noContext(String what) {
    return new IllegalStateException(
        "callback '%s' has no %s here, only on the driver while training runs; processData"
                .formatted(name, what)
            + " runs on a copy that has only the callback's own fields, so pass it what it needs"
            + " in a serializable field");
  }
}
