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
 * Something that a training run calls back at fixed moments.
 *
 * <p>A callback has two lives. On the driver it has its {@link #context()}. A copy of it on an
 * executor has only its own serializable fields. All hooks run on the driver, on the thread that
 * trains, and do nothing unless overridden.
 */
public abstract class Callback implements Serializable {
  private static final long serialVersionUID = 1;

  private final String name;
  private transient @Nullable TrainingContext context;
  private transient @Nullable LogWriter writer;

  /** A callback of this name; it appears in errors, in logs and in the names of jobs. */
  protected Callback(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "a callback needs a name that is not blank: " + getClass().getName());
    }
    this.name = name;
  }

  /** A callback named after its class: {@code TopKAccuracyCallback} is {@code top_k_accuracy}. */
  protected Callback() {
    String type = getClass().getSimpleName().replaceFirst("Callback$", "");
    this.name = type.isEmpty() ? "callback" : Words.snakeCase(type);
  }

  public final String name() {
    return name;
  }

  /** One key of this callback, for {@link #mistakes}: {@code subject("tolerance")}. */
  protected final Subject subject(String key) {
    return Subject.callback(name).key(key);
  }

  /** Gives the callback its context; the training calls it, before everything else. */
  public final void attach(TrainingContext trainingContext) {
    this.context = trainingContext;
    this.writer = trainingContext.writerFor(name);
    attached();
  }

  /** The context is there; comes before everything else, the restoring of a state included. */
  protected void attached() {}

  /** Takes the context back; the training calls it, after everything else. */
  public final void detach() {
    detached();
    this.context = null;
    this.writer = null;
  }

  /** Training is over, in success or failure: frees what is held. Comes last. */
  protected void detached() {}

  /**
   * The training run that this callback belongs to.
   *
   * @throws IllegalStateException where there is none: before training, or in the copy of the
   *     callback that runs on an executor
   */
  protected final TrainingContext context() {
    if (context == null) {
      throw noContext("training context");
    }
    return context;
  }

  /**
   * Where this callback writes its metrics.
   *
   * @throws IllegalStateException where {@link #context()} does
   */
  protected final LogWriter writer() {
    if (writer == null) {
      throw noContext("log writer");
    }
    return writer;
  }

  /**
   * What keeps this callback from doing its work in a training; every mistake that is found. Their
   * subject is this callback or a {@linkplain #subject key} of it.
   */
  public List<Mistake> mistakes(TrainingPlan plan) {
    return List.of();
  }

  /**
   * The metrics that this callback reads from {@link TrainingContext#metrics} at the moments when
   * it is due. It is called after everybody who may write them, whatever the order of registration.
   */
  public Set<String> readsMetrics() {
    return Set.of();
  }

  /** The metrics that this callback writes, where one that reads metrics might read them too. */
  public Set<String> writesMetrics() {
    return Set.of();
  }

  /**
   * The metrics that this callback may write, as far as they are known before training: {@link
   * #writesMetrics()} unless overridden. Two callbacks that write one metric are refused if they
   * can be due at one moment of the training, or {@linkplain #measures measure} what differs; one
   * that isn't a {@link PeriodicCallback} can be due with any other.
   */
  public Set<String> writesMetrics(TrainingPlan plan) {
    return writesMetrics();
  }

  /**
   * Which values are better, of the metrics that this callback writes, as far as it knows: by their
   * keys, in which {@code *} stands for any characters; the first that matches decides. Where it
   * says nothing, the words of the key decide, see {@link io.ostinato.tracking.MetricProperties}.
   * Called before training; there is no context yet.
   */
  public Map<String, Direction> directions() {
    return Map.of();
  }

  /**
   * What decides the value of a metric that this callback writes, but for the moment: settings by
   * their names, as in {@code max_size} and {@code 1000}. Two callbacks that write one metric are
   * refused before training if these differ. The class alone unless overridden; a {@link
   * PeriodicDataIteratorCallback} has its part of the dataset and its weights besides.
   *
   * @param metric the key, as in {@code accuracy/test}
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
   * Before the first update that this process makes: a training that goes on from a checkpoint
   * calls it again, with the moment of the checkpoint.
   */
  public void beforeTraining(UpdateCounter at) {}

  /** After each micro-batch; the step's arrays live until this returns. */
  public void trackAfterAccumulationStep(AccumulationStep step) {}

  /** After each update, before {@link #afterUpdate} of any callback. */
  public void trackAfterUpdateStep(UpdateCounter at) {}

  /** After each update; see {@link #readsMetrics} for the order. */
  public void afterUpdate(UpdateCounter at) {}

  /**
   * After the last update of each epoch, and after {@link #afterUpdate} of this callback and of all
   * that read no metrics. One that {@link #readsMetrics} has both its hooks called when all before
   * it have had theirs.
   */
  public void afterEpoch(UpdateCounter at) {}

  /** When an evaluation is asked for, outside every schedule. */
  public void atEval(UpdateCounter at) {}

  /** After the last update and all that was due with it. */
  public void afterTraining(UpdateCounter at) {}

  private IllegalStateException noContext(String what) {
    return new IllegalStateException(
        "callback '%s' has no %s here: it has one on the driver, while training runs; processData"
                .formatted(name, what)
            + " works on a copy that has only the callback's own fields, so hand it what it needs"
            + " in a serializable field");
  }
}
