package io.ostinato.spark.engine;

import io.ostinato.describe.ByteSize;
import io.ostinato.evaluation.BatchParts;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.DeviceLostException;
import io.ostinato.evaluation.StagedBatch;
import io.ostinato.spark.data.StoredBatch;
import io.ostinato.spark.engine.PartitionTask.Content;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.BatchBudget;
import io.ostinato.spark.resident.BrokenExecutor;
import io.ostinato.spark.resident.HostBudget;
import io.ostinato.spark.resident.IdleSlots;
import io.ostinato.spark.resident.LocalMode;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.spark.resident.TaskDevice;
import java.util.concurrent.atomic.LongAdder;

/**
 * Brings batches of a task to its device: ahead of their run, while others are computed, or when
 * they run, so that their rows are in the cache of the core that reads them next. By default, it is
 * ahead if a GPU computes, or if there are cores on which no task computes.
 */
final class BatchStaging {
  private final Content content;
  private final TaskDevice device;
  private final BatchParts parts;
  private final ResidentModels.Lease lease;
  private final BatchBudget budget;
  private final boolean isAhead;
  private final LongAdder copyNanos;

  private BatchStaging(
      Content content,
      TaskDevice device,
      BatchParts parts,
      ResidentModels.Lease lease,
      boolean isAhead,
      LongAdder copyNanos) {
    this.content = content;
    this.device = device;
    this.parts = parts;
    this.lease = lease;
    this.budget = budget(content.settings().batches().device(), device);
    this.isAhead = isAhead;
    this.copyNanos = copyNanos;
  }

  /**
   * The staging of a task.
   *
   * @param slots the task slots of this process
   */
  static BatchStaging of(
      Content content,
      TaskDevice device,
      BatchParts parts,
      ResidentModels.Lease lease,
      IdleSlots slots) {
    boolean isAhead =
        switch (content.settings().batches().staging()) {
          case AHEAD -> true;
          case RUN -> false;
          case AUTO -> isBetterAhead(content.settings(), device, slots);
        };
    return new BatchStaging(content, device, parts, lease, isAhead, new LongAdder());
  }

  /** The staging of an idle slot that helps, which does as this one. */
  BatchStaging helper(Content copy, BatchParts ofHelper, ResidentModels.Lease leased) {
    return new BatchStaging(copy, device, ofHelper, leased, isAhead, copyNanos);
  }

  /**
   * Whether tasks on a device should copy ahead: on a GPU, or if cores are idle while as many tasks
   * compute as are known to run at once.
   */
  private static boolean isBetterAhead(
      OstinatoSettings settings, TaskDevice device, IdleSlots slots) {
    int most = settings.resident().tasks();
    int computing = most > 0 ? Math.min(most, slots.known()) : slots.known();
    return !device.isCpu()
        || leavesCores(computing, NativeEngine.intraOpThreads(), processors(settings));
  }

  static boolean leavesCores(int tasks, int threadsOfEach, int processors) {
    return (long) tasks * threadsOfEach < processors;
  }

  /** Those of this process; an executor leaves the other ones of its host to others. */
  private static int processors(OstinatoSettings settings) {
    int visible = Runtime.getRuntime().availableProcessors();
    int own = settings.batches().device().host().cores();
    return LocalMode.isHere() || own <= 0 ? visible : Math.min(own, visible);
  }

  /** Whether batches are copied ahead of their run, for which another thread is of use. */
  boolean isAhead() {
    return isAhead;
  }

  /** Time for copies for which runs had to wait, by helpers too, in nanoseconds. */
  long copyNanos() {
    return copyNanos.sum();
  }

  private static BatchBudget budget(OstinatoSettings.DeviceBatches settings, TaskDevice device) {
    ByteSize set = settings.set();
    if (set != null) {
      return set.bytes() > 0 ? BatchBudget.of(set.bytes()) : BatchBudget.NONE;
    }
    return device.isCpu()
        ? HostBudget.ofExecutor(settings.host().mostBytes(), settings.host().cores())
        : BatchBudget.NONE;
  }

  /** Prepares a batch before its run; any thread may call it. */
  StagedBatch ahead(StoredBatch stored) {
    DataBatch batch =
        content
            .selection()
            .of(stored.inDataset(content.partitionStarts()), content.works().get(0).tag());
    return isAhead ? copy(batch) : StagedBatch.onHost(batch);
  }

  /** Completes the staging, on the thread that runs the batch. */
  StagedBatch now(StagedBatch staged) {
    if (isAhead) {
      return staged;
    }
    long start = System.nanoTime();
    try {
      return copy(staged.data());
    } finally {
      copyNanos.add(System.nanoTime() - start);
    }
  }

  private StagedBatch copy(DataBatch batch) {
    try {
      return parts.stage(batch, device.device(), this::copied);
    } catch (DeviceLostException e) {
      throw BrokenExecutor.leave(e);
    }
  }

  /** Copies a batch to the device, which keeps it only as long as its memory has sufficed. */
  private StagedBatch copied(DataBatch batch) {
    BatchBudget kept = parts.ranOutOfMemory() ? BatchBudget.NONE : budget;
    return ProcessRegistry.ofThisProcess()
        .batches()
        .stage(content.dataset(), batch, device, lease.model().manager(), kept);
  }
}
