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
import io.ostinato.storage.FileNames;
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

/** Builds a training from its settings, and reports all mistakes in them together. */
public final class TrainingLoopBuilder {
  /** The tag of the newest checkpoint, see {@link #resume}. */
  public static final String LATEST = "latest";

  /** The default of {@link #effectiveBatchSize}. */
  public static final int DEFAULT_EFFECTIVE_BATCH_SIZE = 32;

  /** The default of {@link #lastBatch}, as spelled in configurations. */
  public static final String DEFAULT_LAST_BATCH = "drop";

  /** The number of consecutive updates that {@link #nonFiniteLoss} skips by default. */
  public static final int DEFAULT_SKIP_NON_FINITE = 0;

  /** The default of {@link #seed}. */
  public static final int DEFAULT_SEED = 0;

  /** Whether {@linkplain #withoutDefaultCallbacks default callbacks} are added by default. */
  public static final boolean ADDS_DEFAULT_CALLBACKS = true;

  /** Whether a run has a {@linkplain #withoutReport report} by default. */
  public static final boolean WRITES_REPORT = true;

  /** The default of {@link #output}. */
  public static final String DEFAULT_OUTPUT = "runs";

  /** The default of {@link #lostMetrics}, as spelled in configurations. */
  public static final String DEFAULT_LOST_METRICS = "refuse";

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
  Evaluations evaluations = Evaluations.inline();
  int effectiveBatchSize = DEFAULT_EFFECTIVE_BATCH_SIZE;
  @Nullable Integer microBatchSize;
  LastBatch lastBatch = Words.constant(LastBatch.class, DEFAULT_LAST_BATCH).orElseThrow();
  GradientClipping gradientClipping = GradientClipping.none();
  NonFiniteLoss nonFiniteLoss = NonFiniteLoss.skipUpTo(DEFAULT_SKIP_NON_FINITE);
  LossFactory loss = ai.djl.training.loss.Loss::softmaxCrossEntropyLoss;
  Supplier<Optimizer> optimizer = () -> Optimizer.adam().build();
  boolean defaultCallbacks = ADDS_DEFAULT_CALLBACKS;
  boolean report = WRITES_REPORT;
  int seed = DEFAULT_SEED;
  RunFiles output = LocalRunFiles.in(Path.of(DEFAULT_OUTPUT));
  @Nullable String runId;
  @Nullable String resumeTag;
  LostMetrics lostMetrics = Words.constant(LostMetrics.class, DEFAULT_LOST_METRICS).orElseThrow();
  final Map<String, RunFiles.Content> written = new LinkedHashMap<>();
  @Nullable RunFiles checkpointFiles;
  MetricProperties metricProperties = MetricProperties.defaults();
  @Nullable ProgressDisplay progress;
  Clock clock = Clock.systemUTC();

  TrainingLoopBuilder() {
    NativeLibraries.prepare();
  }

  /**
   * Sets the model. Required.
   *
   * @param blockFactory creates the block to train
   * @param shapes the shape of each input, without the batch dimension
   */
  public TrainingLoopBuilder model(BlockFactory blockFactory, Shape... shapes) {
    this.factory = blockFactory;
    this.inputShapes = List.of(shapes);
    return this;
  }

  /** Sets the datasets to train and evaluate on. Required. */
  public TrainingLoopBuilder data(DataContainer container) {
    this.data = container;
    return this;
  }

  /** Sets the engine for evaluations, which the caller closes. Default: this process. */
  public TrainingLoopBuilder engine(EvaluationEngine evaluationEngine) {
    this.engine = evaluationEngine;
    return this;
  }

  /** Sets whether training waits for its evaluations. Default: it does. */
  public TrainingLoopBuilder evaluations(Evaluations choice) {
    this.evaluations = choice;
    return this;
  }

  /** Adds a callback. Callbacks that are due together run in the order of registration. */
  public TrainingLoopBuilder callback(Callback callback) {
    this.callbacks.add(callback);
    return this;
  }

  /** Omits the {@linkplain DefaultCallbacks default callbacks}. */
  public TrainingLoopBuilder withoutDefaultCallbacks() {
    this.defaultCallbacks = false;
    return this;
  }

  /** Sets the length of the training. Required. The last call wins. */
  public TrainingLoopBuilder length(TrainingLength trainingLength) {
    this.length = trainingLength;
    return this;
  }

  /** Sets the number of samples of an update. Default: {@value #DEFAULT_EFFECTIVE_BATCH_SIZE}. */
  public TrainingLoopBuilder effectiveBatchSize(int samples) {
    this.effectiveBatchSize = samples;
    return this;
  }

  /**
   * Sets the maximum number of samples of a forward pass, for updates that are too large for the
   * device. It must divide the effective batch size. Default: the effective batch size.
   */
  public TrainingLoopBuilder microBatchSize(int samples) {
    this.microBatchSize = samples;
    return this;
  }

  /**
   * Sets how to treat the rows that don't fill an epoch's last update. Default: {@value
   * #DEFAULT_LAST_BATCH}.
   */
  public TrainingLoopBuilder lastBatch(LastBatch choice) {
    this.lastBatch = choice;
    return this;
  }

  /** Sets the gradient clipping. Default: none. */
  public TrainingLoopBuilder gradientClipping(GradientClipping clipping) {
    this.gradientClipping = clipping;
    return this;
  }

  /**
   * Sets what to do when the loss or gradient is not finite. Default: {@value
   * #DEFAULT_SKIP_NON_FINITE} consecutive updates may be skipped before training fails.
   */
  public TrainingLoopBuilder nonFiniteLoss(NonFiniteLoss choice) {
    this.nonFiniteLoss = choice;
    return this;
  }

  /** Sets the training loss, the mean over a batch. Default: the cross entropy of logits. */
  public TrainingLoopBuilder loss(LossFactory trainingLoss) {
    this.loss = trainingLoss;
    return this;
  }

  /**
   * Sets the optimizer, whose state belongs to this training. Default: Adam with DJL's defaults.
   */
  public TrainingLoopBuilder optimizer(Optimizer trainingOptimizer) {
    this.optimizer = () -> trainingOptimizer;
    return this;
  }

  /**
   * Sets the seed for the initial weights, the order of rows and dropout. Default: {@value
   * #DEFAULT_SEED}.
   */
  public TrainingLoopBuilder seed(int randomSeed) {
    this.seed = randomSeed;
    return this;
  }

  /** Sets the folder of all runs. Default: {@value #DEFAULT_OUTPUT}. */
  public TrainingLoopBuilder output(Path folder) {
    return output(LocalRunFiles.in(folder));
  }

  /** The folder of all runs, on any file system; {@code HadoopRunFiles} knows HDFS and others. */
  public TrainingLoopBuilder output(RunFiles folder) {
    this.output = folder;
    return this;
  }

  /**
   * Sets the name of this run's folder. Default: the time at which it is built. A run that was
   * killed before its first checkpoint can be started again under its id, unless a process may
   * still be writing it; its records are moved to another file.
   *
   * @throws IllegalArgumentException if it is not a valid {@linkplain RunInfo#isId id}
   */
  public TrainingLoopBuilder runId(String id) {
    if (!RunInfo.isId(id)) {
      throw new IllegalArgumentException("run id '%s' %s".formatted(id, RunInfo.ID_FORM));
    }
    this.runId = id;
    return this;
  }

  /**
   * Resumes a run from one of its checkpoints, in the same folder, as if it had not stopped.
   * Records after the checkpoint are moved to another file.
   *
   * @param id the id of the run
   * @param tag the tag of a complete checkpoint, or {@link #LATEST} for the one last marked to
   *     resume from. If that is damaged, the newest whole one is taken, with a warning
   * @throws IllegalArgumentException if the id is not valid
   */
  public TrainingLoopBuilder resume(String id, String tag) {
    this.resumeTag = tag;
    return runId(id);
  }

  /**
   * Sets what {@link #resume} does if {@code metrics.jsonl} lacks records that were there when the
   * checkpoint was saved. Default: {@value #DEFAULT_LOST_METRICS}.
   */
  public TrainingLoopBuilder lostMetrics(LostMetrics choice) {
    this.lostMetrics = choice;
    return this;
  }

  /**
   * Adds a file of the run, which is written once the training has started: after everything that
   * can refuse it, and before the first callback. A file of this name is replaced.
   *
   * @throws IllegalArgumentException if it is not a valid name for a file of a run
   */
  public TrainingLoopBuilder file(String name, RunFiles.Content content) {
    this.written.put(FileNames.checked(name), content);
    return this;
  }

  /** Omits {@code report.html}, the page about the run in its folder. */
  public TrainingLoopBuilder withoutReport() {
    this.report = false;
    return this;
  }

  /** Sets where checkpoints are kept. Default: {@code checkpoints} in the run's folder. */
  public TrainingLoopBuilder checkpoints(RunFiles files) {
    this.checkpointFiles = files;
    return this;
  }

  /**
   * Ends training after the current update on SIGINT too, as a {@link TrainingLoop} always does on
   * SIGTERM.
   */
  public TrainingLoopBuilder stopOnInterrupt() {
    this.signals.add("INT");
    return this;
  }

  /** Adds a tracker that receives every record, and is closed at the end. */
  public TrainingLoopBuilder tracker(Tracker tracker) {
    this.trackers.add(tracker);
    return this;
  }

  /** Adds a parameter of this run, for trackers. */
  public TrainingLoopBuilder parameter(String key, String value) {
    this.parameters.put(key, value);
    return this;
  }

  /** Sets the directions of metrics: which are better when higher, or when lower. */
  public TrainingLoopBuilder metricProperties(MetricProperties properties) {
    this.metricProperties = properties;
    return this;
  }

  /** Sets the display of progress. Default: the console, if it is a terminal. */
  public TrainingLoopBuilder progress(ProgressDisplay display) {
    this.progress = display;
    return this;
  }

  /** Sets the clock for times in logs. */
  public TrainingLoopBuilder clock(Clock time) {
    this.clock = time;
    return this;
  }

  /**
   * Builds the training, ready to run.
   *
   * @throws TrainingConfigurationException if the settings are invalid; lists all mistakes
   */
  public TrainingLoop build() {
    return new TrainingLoop(new TrainingAssembly(this).assemble());
  }

  /**
   * Checks everything that can be checked before data and an engine are available; {@link #build}
   * checks the rest. The same callbacks can be used for both: neither attaches them.
   *
   * @param planned the planned datasets
   * @throws TrainingConfigurationException if the settings are invalid; lists all mistakes
   */
  public void checkWithoutRows(PlannedData planned) {
    new TrainingAssembly(this).checkWithoutRows(planned);
  }

  /**
   * Builds a listener that calls these callbacks from {@code EasyTrain.fit}.
   *
   * @throws TrainingConfigurationException if the settings are invalid, or supported only by a
   *     {@link TrainingLoop}; lists all mistakes
   */
  public CallbackTrainingListener buildListener() {
    return new CallbackTrainingListener(new TrainingAssembly(this).assembleForListener());
  }
}
