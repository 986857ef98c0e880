package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.spark.data.StoredBatch;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.IdleSlots;
import io.ostinato.spark.resident.InFlight;
import io.ostinato.spark.resident.LocalMode;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.spark.resident.TaskErrorException;
import io.ostinato.spark.resident.TaskWatchdog;
import io.ostinato.spark.status.EvaluationCounters;
import io.ostinato.spark.status.EvaluationCounters.Counter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Evaluates partitions on an executor; serialized with the job.
 *
 * @param content a serialized {@link Content}; as bytes because Spark serializes a task more than
 *     once
 * @param weights fetched shard by shard if they are not resident
 * @param done counts rows for the progress display
 */
record PartitionTask(byte[] content, BroadcastWeights weights, RowsDone done)
    implements FlatMapFunction<Iterator<StoredBatch>, byte[]> {

  /**
   * Everything that a task needs, except the weights.
   *
   * @param works one for each evaluation of the pass
   * @param inFlight the weights that evaluations need
   * @param dataset identifies the batches and their selected columns
   * @param areStored whether the executors store the batches, instead of decoding them each time
   * @param partitionStarts index of the first row of each partition
   * @param selection the part of the dataset to evaluate
   */
  record Content(
      ArrayList<EvaluationWork> works,
      ModelId model,
      InFlight inFlight,
      String dataset,
      boolean areStored,
      long[] partitionStarts,
      DataSelection selection,
      OstinatoSettings settings)
      implements Serializable {}

  static PartitionTask of(Content content, BroadcastWeights weights, RowsDone done) {
    return new PartitionTask(SerializedBytes.of(content), weights, done);
  }

  @Override
  public Iterator<byte[]> call(Iterator<StoredBatch> batches) throws InterruptedException {
    return List.of(outcome(batches)).iterator();
  }

  /** Evaluates a partition; the result is encoded by {@link OutcomeCodec}. */
  byte[] outcome(Iterator<StoredBatch> batches) throws InterruptedException {
    try {
      Content task = SerializedBytes.read(content, Content.class);
      return OutcomeCodec.encode(batches.hasNext() ? evaluate(task, batches) : nothing(task));
    } catch (RuntimeException | Error e) {
      throw TaskErrorException.toThrow(e);
    }
  }

  private static PartitionOutcome nothing(Content task) {
    List<PartOutcome> parts = task.works().stream().map(work -> PartOutcome.nothing()).toList();
    return new PartitionOutcome(
        List.of(), parts, TaskTimes.NONE, List.of(), TaskAttempt.ofThisTask());
  }

  private PartitionOutcome evaluate(Content task, Iterator<StoredBatch> batches)
      throws InterruptedException {
    TaskContext context = TaskContext.get();
    IdleSlots.Stage stage =
        new IdleSlots.Stage(
            context.stageId(), context.stageAttemptNumber(), context.numPartitions());
    IdleSlots slots = ProcessRegistry.ofThisProcess().idleSlots(SparkEnv.get());
    try (IdleSlots.Task slot = slots.begin(stage, context.partitionId());
        BatchSteps steps = new BatchSteps(task, weights)) {
      TaskProgress progress = new TaskProgress(done);
      TaskHelp help = new TaskHelp(content, steps, progress::ran);
      boolean[] first = {true};
      BatchPipeline<StoredBatch> pipeline =
          new BatchPipeline<>(
              steps.staging()::ahead,
              staged -> {
                steps.run(staged);
                progress.ran(staged.data().rows());
                if (first[0]) {
                  first[0] = false;
                  checkFirst(task.works(), steps.runners());
                  help.allow();
                  slot.ask();
                }
              },
              steps::isAbandoned);
      int depth = task.settings().batches().prefetch();
      Executor workers = InternalTaskContext.on(steps.process().workers());
      if (needsASecondThread(task, steps)) {
        pipeline.run(batches, depth, workers, slot, help);
      } else {
        pipeline.runHere(batches, depth, workers, slot, help);
      }
      List<PartOutcome> parts = help.addTo(PartOutcome.of(steps.runners()));
      checkAll(task.works(), parts);
      long copyNanos = steps.staging().copyNanos();
      TaskTimes times =
          new TaskTimes(
              steps.refreshNanos(),
              pipeline.readNanos() + copyNanos,
              pipeline.runNanos() - copyNanos);
      count(steps.process().counters(), times);
      List<ResidentReport> reports = new ArrayList<>(help.reports());
      reports.add(steps.report());
      return new PartitionOutcome(
          List.of(weights.manifest().hash()), parts, times, reports, TaskAttempt.ofThisTask());
    }
  }

  /**
   * Whether batches should run on another thread than that of the task: if decoding or copying can
   * overlap with their run, or if a batch that doesn't end may have to be left behind. Always in
   * executors, which otherwise took more memory.
   */
  private static boolean needsASecondThread(Content task, BatchSteps steps) {
    return !LocalMode.isHere()
        || !task.areStored()
        || steps.staging().isAhead()
        || TaskWatchdog.hasDeadline(TaskContext.get());
  }

  private static void checkFirst(List<EvaluationWork> works, List<BatchRunner> runners) {
    for (int i = 0; i < works.size(); i++) {
      works.get(i).checkFirst(runners.get(i));
    }
  }

  /** Checks the sum as well: a task returns the results of all its evaluations together. */
  private static void checkAll(List<EvaluationWork> works, List<PartOutcome> parts) {
    long all = 0;
    for (int i = 0; i < works.size(); i++) {
      long bytes = OutcomeCodec.sizeBytes(parts.get(i).outputs());
      all += bytes;
      works.get(i).checkTask(bytes > 0 ? Math.max(bytes, all) : 0);
    }
  }

  private static void count(EvaluationCounters counters, TaskTimes times) {
    counters.add(Counter.TASKS, 1);
    counters.add(Counter.REFRESH, times.refresh());
    counters.add(Counter.READ, times.read());
    counters.add(Counter.FORWARD, times.forward());
  }
}
