package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.spark.data.StoredBatch;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.EvaluationCounters;
import io.ostinato.spark.resident.EvaluationCounters.Counter;
import io.ostinato.spark.resident.ModelId;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Evaluates some partitions on an executor: what travels with the job, and what a task does.
 *
 * @param content a {@link Content} as bytes, so that Spark, which serializes a task more than once,
 *     has no objects to walk through
 * @param weights to be fetched, shard by shard, where they are not resident
 * @param done what is shown of it while it runs
 */
record PartitionTask(byte[] content, BroadcastWeights weights, RowsDone done)
    implements FlatMapFunction<Iterator<StoredBatch>, byte[]> {

  /**
   * All but the weights.
   *
   * @param live the hashes of the manifests that evaluations in flight need
   * @param dataset identifies the batches, and the columns of them that are used
   * @param selection the part of the dataset that is evaluated
   */
  record Content(
      ArrayList<EvaluationWork> works,
      ModelId model,
      TreeSet<String> live,
      String dataset,
      long[] partitionStarts,
      DataSelection selection,
      OstinatoSettings settings)
      implements Serializable {}

  static PartitionTask of(Content content, BroadcastWeights weights, RowsDone done) {
    return new PartitionTask(SerializedBytes.of(content), weights, done);
  }

  @Override
  public Iterator<byte[]> call(Iterator<StoredBatch> batches) throws InterruptedException {
    Content task = SerializedBytes.read(content, Content.class);
    PartitionOutcome outcome = batches.hasNext() ? evaluate(task, batches) : nothing(task);
    return List.of(OutcomeCodec.encode(outcome)).iterator();
  }

  private static PartitionOutcome nothing(Content task) {
    List<PartOutcome> parts =
        task.works().stream().map(work -> new PartOutcome(List.of(), List.of())).toList();
    return new PartitionOutcome(List.of(), parts, TaskTimes.NONE, List.of());
  }

  private PartitionOutcome evaluate(Content task, Iterator<StoredBatch> batches)
      throws InterruptedException {
    try (BatchSteps steps = new BatchSteps(task, weights)) {
      TaskProgress progress = new TaskProgress(done);
      boolean[] first = {true};
      BatchPipeline<StoredBatch> pipeline =
          new BatchPipeline<>(
              steps::stage,
              staged -> {
                steps.run(staged);
                progress.ran(staged.data().rows());
                if (first[0]) {
                  first[0] = false;
                  checkFirst(task.works(), steps.runners());
                }
              });
      pipeline.run(
          batches,
          task.settings().batches().prefetch(),
          InternalTaskContext.on(steps.residents().workers()));
      checkAll(task.works(), steps.runners());
      TaskTimes times =
          new TaskTimes(steps.refreshNanos(), pipeline.readNanos(), pipeline.runNanos());
      count(steps.residents().counters(), times);
      return new PartitionOutcome(
          List.of(weights.manifest().hash()),
          steps.runners().stream().map(r -> new PartOutcome(r.outputs(), r.states())).toList(),
          times,
          List.of(steps.report()));
    }
  }

  private static void checkFirst(List<EvaluationWork> works, List<BatchRunner> runners) {
    for (int i = 0; i < works.size(); i++) {
      works.get(i).checkFirst(runners.get(i));
    }
  }

  /** What a task returns are the results of all of its evaluations together. */
  private static void checkAll(List<EvaluationWork> works, List<BatchRunner> runners) {
    long all = 0;
    for (int i = 0; i < works.size(); i++) {
      long bytes = OutcomeCodec.sizeBytes(runners.get(i).outputs());
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
