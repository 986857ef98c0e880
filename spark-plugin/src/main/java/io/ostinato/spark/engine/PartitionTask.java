package io.ostinato.spark.engine;

import ai.djl.Device;
import io.ostinato.evaluation.BatchPass;
import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.LoadedModel;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.evaluation.StagedBlock;
import io.ostinato.spark.data.StoredBlock;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.Devices;
import io.ostinato.spark.resident.EvaluationCounters;
import io.ostinato.spark.resident.EvaluationCounters.Counter;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.spark.resident.ResidentReport;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Evaluates some partitions on an executor: what travels with the job, and what a task does.
 *
 * @param content a {@link Content} as bytes, so that Spark, which serializes a task more than once,
 *     has no objects to walk through
 * @param weights to be fetched, shard by shard, where they are not resident
 */
record PartitionTask(byte[] content, BroadcastWeights weights)
    implements FlatMapFunction<Iterator<StoredBlock>, byte[]> {

  /**
   * All but the weights.
   *
   * @param live the hashes of the manifests that evaluations in flight need
   * @param dataset identifies the blocks
   */
  record Content(
      ArrayList<EvaluationWork> works,
      ModelId model,
      TreeSet<String> live,
      String dataset,
      long[] partitionStarts,
      OstinatoSettings settings)
      implements Serializable {}

  static PartitionTask of(Content content, BroadcastWeights weights) {
    return new PartitionTask(SerializedBytes.of(content), weights);
  }

  @Override
  public Iterator<byte[]> call(Iterator<StoredBlock> blocks) throws InterruptedException {
    Content task = SerializedBytes.read(content, Content.class);
    PartitionOutcome outcome = blocks.hasNext() ? evaluate(task, blocks) : nothing(task);
    return List.of(OutcomeCodec.encode(outcome)).iterator();
  }

  private static PartitionOutcome nothing(Content task) {
    List<PartOutcome> parts =
        task.works().stream().map(work -> new PartOutcome(List.of(), List.of())).toList();
    return new PartitionOutcome(List.of(), parts, TaskTimes.NONE, List.of());
  }

  private PartitionOutcome evaluate(Content task, Iterator<StoredBlock> blocks)
      throws InterruptedException {
    OstinatoSettings settings = task.settings();
    NativeEngine.load(settings);
    Device device = Devices.ofTask(TaskContext.get());
    ResidentModels residents = ResidentModels.ofThisProcess();
    List<BatchRunner> runners = task.works().stream().map(EvaluationWork::runner).toList();
    long start = System.nanoTime();
    try (ResidentModels.Lease lease =
        residents.lease(
            task.model(),
            device,
            new ResidentModels.Wanted(weights.manifest(), task.live(), () -> weights),
            new ResidentModels.Limits(
                settings.resident().models(), settings.resident().versions()))) {
      long refresh = System.nanoTime() - start;
      BlockPipeline<StoredBlock> pipeline = pipeline(task, residents, device, lease, runners);
      pipeline.run(
          blocks, settings.blocks().prefetch(), InternalTaskContext.on(residents.workers()));
      TaskTimes times = new TaskTimes(refresh, pipeline.readNanos(), pipeline.runNanos());
      count(residents.counters(), times);
      ResidentReport report =
          new ResidentReport(
              SparkEnv.get().executorId(), device.toString(), lease.builds(), lease.refreshes());
      return new PartitionOutcome(
          List.of(weights.manifest().hash()),
          runners.stream().map(r -> new PartOutcome(r.outputs(), r.states())).toList(),
          times,
          List.of(report));
    }
  }

  private static BlockPipeline<StoredBlock> pipeline(
      Content task,
      ResidentModels residents,
      Device device,
      ResidentModels.Lease lease,
      List<BatchRunner> runners) {
    OstinatoSettings settings = task.settings();
    LoadedModel model = lease.model();
    BatchPass pass = new BatchPass(runners);
    int tasks = settings.resident().tasks();
    Semaphore permits = tasks > 0 ? residents.permits(device, tasks) : new Semaphore(1);
    boolean[] first = {true};
    return new BlockPipeline<>(
        block ->
            residents
                .blocks()
                .stage(
                    task.dataset(),
                    block.inDataset(task.partitionStarts()),
                    model.manager(),
                    settings.blocks().deviceBytes()),
        staged -> {
          runWithPermit(pass, staged, model, permits);
          if (first[0]) {
            first[0] = false;
            checkFirst(task.works(), runners);
          }
        });
  }

  private static void runWithPermit(
      BatchPass pass, StagedBlock staged, LoadedModel model, Semaphore permits)
      throws InterruptedException {
    try (staged) {
      permits.acquire();
      try {
        pass.run(staged, model.model());
      } finally {
        permits.release();
      }
    }
  }

  private static void checkFirst(List<EvaluationWork> works, List<BatchRunner> runners) {
    for (int i = 0; i < works.size(); i++) {
      works.get(i).checkFirst(runners.get(i));
    }
  }

  private static void count(EvaluationCounters counters, TaskTimes times) {
    counters.add(Counter.TASKS, 1);
    counters.add(Counter.REFRESH, times.refresh());
    counters.add(Counter.READ, times.read());
    counters.add(Counter.FORWARD, times.forward());
  }
}
