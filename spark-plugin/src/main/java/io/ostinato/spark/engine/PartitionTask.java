package io.ostinato.spark.engine;

import ai.djl.Device;
import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.metric.Metric;
import io.ostinato.spark.data.StoredBlock;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.Devices;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;

/** Evaluates one partition on an executor: what travels with the job, and what a task does. */
record PartitionTask(
    EvaluationTag tag,
    BatchProcessor processor,
    ArrayList<Metric<?>> metrics,
    ModelId model,
    Manifest manifest,
    ArrayList<Broadcast<byte[]>> shards,
    long[] partitionStarts,
    OstinatoSettings settings)
    implements Function2<Integer, Iterator<StoredBlock>, Iterator<byte[]>> {

  @Override
  public Iterator<byte[]> call(Integer partition, Iterator<StoredBlock> blocks)
      throws InterruptedException {
    PartitionOutcome outcome =
        blocks.hasNext()
            ? evaluate(partition, blocks)
            : new PartitionOutcome(partition, List.of(), List.of(), 0, List.of());
    return List.of(SerializedBytes.of(outcome)).iterator();
  }

  private PartitionOutcome evaluate(int partition, Iterator<StoredBlock> blocks)
      throws InterruptedException {
    NativeEngine.load(settings);
    Device device = Devices.ofTask(TaskContext.get());
    BatchRunner runner = new BatchRunner(tag, processor, metrics);
    List<BatchOutput> outputs = new ArrayList<>();
    long busy = 0;
    try (ResidentModels.Lease lease =
        ResidentModels.ofThisProcess()
            .lease(model, device, manifest, this::weights, settings.residentModels())) {
      while (blocks.hasNext()) {
        StoredBlock block = blocks.next();
        long began = System.nanoTime();
        outputs.add(runner.run(block.inDataset(partitionStarts[partition]), lease.model()));
        busy += System.nanoTime() - began;
      }
      ResidentReport report =
          new ResidentReport(
              SparkEnv.get().executorId(), device.toString(), lease.builds(), lease.refreshes());
      return new PartitionOutcome(partition, outputs, runner.states(), busy, List.of(report));
    }
  }

  private WeightSnapshot weights() {
    List<Shard> fetched =
        shards.stream().map(shard -> SerializedBytes.read(shard.value(), Shard.class)).toList();
    return WeightSnapshot.of(manifest, fetched);
  }
}
