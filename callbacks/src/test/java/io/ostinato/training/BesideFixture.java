package io.ostinato.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.TestNets;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.model.EvaluationModel;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.quality.BestMetricCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.SavedState;
import io.ostinato.tracking.MetricsRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Trainings whose evaluations run beside them, and take any time. */
abstract class BesideFixture {
  private final NDManager manager = Engine.getInstance().newBaseManager();
  private final List<EvaluationEngine> engines = new ArrayList<>();
  @TempDir private Path folder;

  @AfterEach
  final void close() {
    engines.forEach(EvaluationEngine::close);
    manager.close();
  }

  final <T extends EvaluationEngine> T closedLater(T engine) {
    engines.add(engine);
    return engine;
  }

  /** A net with dropout, 10 updates an epoch, evaluated on 40 rows by an engine that dawdles. */
  final TrainingLoopBuilder loop(String runId, Evaluations evaluations, long delays) {
    return TrainingLoop.builder()
        .model(Trainings::noisyNet, TestNets.FEATURES)
        .data(
            DataContainer.builder()
                .train(Trainings.rows(manager, 160))
                .evaluation("test", GeneratedRows.inMemory(40))
                .build())
        .engine(closedLater(new Dawdling(delays)))
        .evaluations(evaluations)
        .effectiveBatchSize(16)
        .length(TrainingLength.epochs(3))
        .output(folder)
        .runId(runId)
        .withoutDefaultCallbacks()
        .progress(ProgressDisplay.silent());
  }

  /** Everything that reads, writes, averages, keeps and changes. */
  static List<Callback> callbacks() {
    Schedule often = Schedule.everyNUpdates(3);
    DataIteratorConfig config = DataIteratorConfig.every(often);
    return List.of(
        new LearningRateCallback(new LearningRateCallback.Config(Schedule.everyNUpdates(1))),
        new Trainings.Accuracy(config),
        new Trainings.Accuracy(
            DataIteratorConfig.every(Schedule.everyNUpdates(5)).weights("ema=0.9").named("mean")),
        new EmaCallback(new EmaCallback.Config(List.of(0.9))),
        new CheckpointCallback(
            CheckpointCallback.Config.defaults()
                .every(Schedule.everyNUpdates(4))
                .keep(CheckpointCallback.Keep.ALL)),
        new OnlineLossCallback(OnlineLossCallback.Config.defaults()),
        new OfflineLossCallback(OfflineLossCallback.Config.of(config)),
        new BestMetricCallback(
            BestMetricCallback.Config.of("accuracy/test", "accuracy/test").every(often)),
        new BestCheckpointCallback(
            BestCheckpointCallback.Config.of("accuracy/test").every(often).tolerances(1, 2)),
        new SlowsDown(often));
  }

  static Checkpoints checkpoints(TrainingLoop training) {
    return Checkpoints.in(LocalRunFiles.in(training.folder().resolve("checkpoints")));
  }

  /** What a training leaves, except times. */
  static List<String> traces(TrainingLoop training, TrainingResult result) {
    List<String> traces = new ArrayList<>(metrics(training));
    traces.add("ended at " + result.end() + ": " + result.reason());
    traces.add("weights " + result.weights().manifest().hash());
    Checkpoints checkpoints = checkpoints(training);
    checkpoints
        .tags()
        .forEach(
            tag ->
                traces.add(
                    "checkpoint %s %s %s"
                        .formatted(
                            tag,
                            checkpoints.load(tag).iteration(),
                            checkpoints.load(tag).weights().manifest().hash())));
    return traces;
  }

  /** The records, except times. */
  static List<String> metrics(TrainingLoop training) {
    return Trainings.records(training).stream().map(BesideFixture::withoutTimes).toList();
  }

  private static String withoutTimes(MetricsRecord record) {
    Map<String, Double> metrics = new TreeMap<>(record.metrics());
    metrics.keySet().removeIf(key -> key.startsWith("train_time/"));
    return record.iteration() + " " + metrics;
  }

  /** Writes {@code accuracy/test}, which is always 1. */
  static final class AlwaysOne extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;

    AlwaysOne(DataIteratorConfig config) {
      super(config);
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("one", batch.get("x").get(":, 0").onesLike());
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      writer().addScalar("accuracy/test", results.get("one").mean().getFloat());
    }
  }

  /** Halves the learning rate whenever the accuracy isn't above that of before. */
  static final class SlowsDown extends PeriodicCallback implements Stateful {
    private static final long serialVersionUID = 1;
    private double before;

    SlowsDown(Schedule schedule) {
      super("slows_down", schedule);
    }

    @Override
    public Set<String> readsMetrics() {
      return Set.of("accuracy/test");
    }

    @Override
    protected void periodicCallback(Invocation at) {
      double now = context().metrics().get("accuracy/test", name());
      if (now <= before) {
        context().learningRate().multiply(0.5);
      }
      before = now;
    }

    @Override
    public SavedState saveState() {
      return SavedState.empty().with("before", before);
    }

    @Override
    public void restoreState(SavedState state) {
      before = state.getDouble("before");
    }
  }

  /** Evaluates a moment only once it is let go. */
  static final class Gated implements EvaluationEngine {
    private final LocalEvaluationEngine engine = new LocalEvaluationEngine();
    private final Set<Long> open = new HashSet<>();
    private final Set<Long> begun = new HashSet<>();
    private final List<Long> ended = new ArrayList<>();
    private final List<Long> interrupted = new ArrayList<>();

    @Override
    public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress) {
      long update = request.tag().iteration().update();
      awaitOpen(update, request.tag());
      EvaluationResults results = engine.evaluate(request, progress);
      note(update);
      return results;
    }

    private synchronized void awaitOpen(long update, EvaluationTag tag) {
      begun.add(update);
      notifyAll();
      try {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!open.contains(update)) {
          if (System.nanoTime() > end) {
            throw EvaluationException.of(tag, "the test never let it run");
          }
          wait(1000);
        }
      } catch (InterruptedException e) {
        interrupted.add(update);
        throw EvaluationException.of(tag, "it was interrupted", e);
      }
    }

    private synchronized void note(long update) {
      ended.add(update);
      notifyAll();
    }

    /** Lets the evaluations of a moment run. */
    synchronized void let(long update) {
      open.add(update);
      notifyAll();
    }

    /** Waits until the evaluations of a moment have begun. */
    synchronized void awaitBegun(long update) {
      await(() -> begun.contains(update));
    }

    /** Waits until the evaluations of a moment have ended. */
    synchronized void awaitEnded(long update) {
      await(() -> ended.contains(update));
    }

    private void await(BooleanSupplier condition) {
      try {
        while (!condition.getAsBoolean()) {
          wait();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    synchronized List<Long> ended() {
      return List.copyOf(ended);
    }

    synchronized Set<Long> begun() {
      return Set.copyOf(begun);
    }

    synchronized List<Long> interrupted() {
      return List.copyOf(interrupted);
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  /** Does something at the end of some updates, on the training thread. */
  static final class AtUpdates extends Callback {
    private static final long serialVersionUID = 1;
    private final transient Map<Long, Runnable> work;

    AtUpdates(Map<Long, Runnable> work) {
      super("at_updates");
      this.work = work;
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      work.getOrDefault(at.current().update(), () -> {}).run();
    }
  }

  /** Ends the evaluations of every other moment only after those of the next: at 6, then at 3. */
  static final class Swapping implements EvaluationEngine {
    private final LocalEvaluationEngine engine = new LocalEvaluationEngine();
    private final long last;
    private final Set<Long> ended = new HashSet<>();
    private int swapped;

    Swapping(long last) {
      this.last = last;
    }

    @Override
    public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress) {
      long update = request.tag().iteration().update();
      if (update % 6 == 3 && update + 3 <= last) {
        awaitEnd(update + 3);
      }
      EvaluationResults results = engine.evaluate(request, progress);
      note(update);
      return results;
    }

    private synchronized void awaitEnd(long update) {
      try {
        while (!ended.contains(update)) {
          wait();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      swapped++;
    }

    private synchronized void note(long update) {
      ended.add(update);
      notifyAll();
    }

    synchronized int swapped() {
      return swapped;
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  /** Takes a random time for each evaluation, several at once. */
  static final class Dawdling implements EvaluationEngine {
    private final LocalEvaluationEngine engine = new LocalEvaluationEngine();
    private final Random random;

    Dawdling(long seed) {
      this.random = new Random(seed);
    }

    @Override
    public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress) {
      long nanos;
      synchronized (random) {
        nanos = random.nextInt(4) * 4_000_000L;
      }
      LockSupport.parkNanos(nanos);
      return engine.evaluate(request, progress);
    }

    @Override
    public void close() {
      engine.close();
    }
  }
}
