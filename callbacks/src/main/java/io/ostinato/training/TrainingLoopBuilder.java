package io.ostinato.training;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import io.ostinato.callback.Callback;
import io.ostinato.describe.Words;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.evaluation.PlannedData;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.model.BlockFactory;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.Tracker;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a training, and reports all that is wrong with them together. */
public final class TrainingLoopBuilder {
  /** The tag of the newest checkpoint, see {@link #resume}. */
  public static final String LATEST = "latest";

  /** The default of {@link #effectiveBatchSize}. */
  public static final int DEFAULT_EFFECTIVE_BATCH_SIZE = 32;

  /** The default of {@link #lastBatch}, as configurations write it. */
  public static final String DEFAULT_LAST_BATCH = "drop";

  /** How many updates in a row {@link #nonFiniteLoss} skips by default. */
  public static final int DEFAULT_SKIP_NON_FINITE = 0;

  /** The default of {@link #seed}. */
  public static final int DEFAULT_SEED = 0;

  /** Whether {@linkplain #withoutDefaultCallbacks default callbacks} are added by default. */
  public static final boolean ADDS_DEFAULT_CALLBACKS = true;

  /** The default of {@link #output}. */
  public static final String DEFAULT_OUTPUT = "runs";

  static final String TERM = "TERM";

  final List<Callback> callbacks = new ArrayList<>();
  final List<Tracker> trackers = new ArrayList<>();
  final List<String> signals = new ArrayList<>(List.of(TERM));
  final Map<String, String> parameters = new LinkedHashMap<>();
  @Nullable BlockFactory factory;
  List<Shape> inputShapes = List.of();
  @Nullable DataContainer data;
  @Nullable TrainingLength length;
  @Nullable EvaluationEngine engine;
  int effectiveBatchSize = DEFAULT_EFFECTIVE_BATCH_SIZE;
  @Nullable Integer microBatchSize;
  LastBatch lastBatch = Words.constant(LastBatch.class, DEFAULT_LAST_BATCH).orElseThrow();
  GradientClipping gradientClipping = GradientClipping.none();
  NonFiniteLoss nonFiniteLoss = NonFiniteLoss.skipUpTo(DEFAULT_SKIP_NON_FINITE);
  LossFactory loss = ai.djl.training.loss.Loss::softmaxCrossEntropyLoss;
  Supplier<Optimizer> optimizer = () -> Optimizer.adam().build();
  boolean defaultCallbacks = ADDS_DEFAULT_CALLBACKS;
  int seed = DEFAULT_SEED;
  RunFiles output = LocalRunFiles.in(Path.of(DEFAULT_OUTPUT));
  @Nullable String runId;
  @Nullable String resumeTag;
  @Nullable RunFiles checkpointFiles;
  MetricProperties metricProperties = MetricProperties.defaults();
  @Nullable ProgressDisplay progress;
  Clock clock = Clock.systemUTC();

  TrainingLoopBuilder() {
    NativeLibraries.prepare();
  }

  /**
   * The model; needed.
   *
   * @param shapes the shape of each input, without the batch dimension
   */
  public TrainingLoopBuilder model(BlockFactory blockFactory, Shape... shapes) {
    this.factory = blockFactory;
    this.inputShapes = List.of(shapes);
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

  /** Leaves out what runs without being asked for; see {@link DefaultCallbacks}. */
  public TrainingLoopBuilder withoutDefaultCallbacks() {
    this.defaultCallbacks = false;
    return this;
  }

  /** How long to train; needed. The last one that is given counts. */
  public TrainingLoopBuilder length(TrainingLength trainingLength) {
    this.length = trainingLength;
    return this;
  }

  /** Samples of one update. Default: {@value #DEFAULT_EFFECTIVE_BATCH_SIZE}. */
  public TrainingLoopBuilder effectiveBatchSize(int samples) {
    this.effectiveBatchSize = samples;
    return this;
  }

  /**
   * The most samples that go through the model at once, for updates that don't fit the device as
   * one. It must divide the effective batch size, which it is unless told.
   */
  public TrainingLoopBuilder microBatchSize(int samples) {
    this.microBatchSize = samples;
    return this;
  }

  /**
   * What becomes of the rows that don't fill an epoch's last update. Default: {@value
   * #DEFAULT_LAST_BATCH}.
   */
  public TrainingLoopBuilder lastBatch(LastBatch choice) {
    this.lastBatch = choice;
    return this;
  }

  /** How gradients are bounded; not at all unless told. */
  public TrainingLoopBuilder gradientClipping(GradientClipping clipping) {
    this.gradientClipping = clipping;
    return this;
  }

  /**
   * What is done when the loss is not a finite number. By default, {@value
   * #DEFAULT_SKIP_NON_FINITE} updates in a row may be skipped before training fails.
   */
  public TrainingLoopBuilder nonFiniteLoss(NonFiniteLoss choice) {
    this.nonFiniteLoss = choice;
    return this;
  }

  /** The loss to train with, the mean over a batch; cross entropy of logits unless told. */
  public TrainingLoopBuilder loss(LossFactory trainingLoss) {
    this.loss = trainingLoss;
    return this;
  }

  /** Adam with DJL's defaults unless told. Its state belongs to this training. */
  public TrainingLoopBuilder optimizer(Optimizer trainingOptimizer) {
    this.optimizer = () -> trainingOptimizer;
    return this;
  }

  /**
   * What the first weights, the order of the rows and dropout come from. Default: {@value
   * #DEFAULT_SEED}.
   */
  public TrainingLoopBuilder seed(int randomSeed) {
    this.seed = randomSeed;
    return this;
  }

  /** The folder of all runs. Default: {@value #DEFAULT_OUTPUT}. */
  public TrainingLoopBuilder output(Path folder) {
    return output(LocalRunFiles.in(folder));
  }

  /** The folder of all runs, on any file system; {@code HadoopRunFiles} knows HDFS and others. */
  public TrainingLoopBuilder output(RunFiles folder) {
    this.output = folder;
    return this;
  }

  /**
   * The name of this run's folder; the time at which it was built unless told.
   *
   * @throws IllegalArgumentException if it is no {@linkplain RunInfo#isId id}
   */
  public TrainingLoopBuilder runId(String id) {
    if (!RunInfo.isId(id)) {
      throw new IllegalArgumentException("run id '%s' %s".formatted(id, RunInfo.ID_FORM));
    }
    this.runId = id;
    return this;
  }

  /**
   * Goes on with a run from one of its checkpoints, in the same folder, as if it had not stopped.
   * Records after the checkpoint are put aside.
   *
   * @param id of the run
   * @param tag of a checkpoint that has all of the training, or {@link #LATEST}
   * @throws IllegalArgumentException if no run can have this id
   */
  public TrainingLoopBuilder resume(String id, String tag) {
    this.resumeTag = tag;
    return runId(id);
  }

  /** Where checkpoints are kept; in {@code checkpoints} of the run's folder unless told. */
  public TrainingLoopBuilder checkpoints(RunFiles files) {
    this.checkpointFiles = files;
    return this;
  }

  /**
   * Ends training after the present update on SIGINT too, as a {@link TrainingLoop} always does on
   * SIGTERM.
   */
  public TrainingLoopBuilder stopOnInterrupt() {
    this.signals.add("INT");
    return this;
  }

  /** Adds a tracker that is given every record; it is closed at the end. */
  public TrainingLoopBuilder tracker(Tracker tracker) {
    this.trackers.add(tracker);
    return this;
  }

  /** Adds a parameter of this run, for trackers. */
  public TrainingLoopBuilder parameter(String key, String value) {
    this.parameters.put(key, value);
    return this;
  }

  /** Which metrics are better when higher, or when lower. */
  public TrainingLoopBuilder metricProperties(MetricProperties properties) {
    this.metricProperties = properties;
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
    return new TrainingLoop(new TrainingAssembly(this).assemble());
  }

  /**
   * Checks everything that can be checked before data and an engine are there; {@link #build}
   * checks the rest. Callbacks may be given to both: neither attaches them.
   *
   * @param planned the datasets that there will be
   * @throws TrainingConfigurationException if something is wrong; says all that is
   */
  public void checkWithoutRows(PlannedData planned) {
    new TrainingAssembly(this).checkWithoutRows(planned);
  }

  /**
   * A listener that calls these callbacks back from {@code EasyTrain.fit}.
   *
   * @throws TrainingConfigurationException if something is wrong, or asked for that only a {@link
   *     TrainingLoop} can do; says all that is
   */
  public CallbackTrainingListener buildListener() {
    return new CallbackTrainingListener(new TrainingAssembly(this).assembleForListener());
  }
}
