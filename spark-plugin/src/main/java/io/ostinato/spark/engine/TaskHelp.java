package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.evaluation.StagedBatch;
import io.ostinato.spark.engine.PartitionTask.Content;
import io.ostinato.spark.resident.ResidentReport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Lets idle slots run batches of a task. As another task would, a helper has its own copies of the
 * callbacks, and shares the model; its results are added to those of the task. Thread-safe.
 */
final class TaskHelp implements BatchHelp {
  private final byte[] content;
  private final BatchSteps helped;
  private final IntConsumer ran;
  private volatile boolean isAllowed;

  // Guarded by this.
  private List<PartOutcome> outcomes = List.of();
  private final Map<String, ResidentReport> reports = new HashMap<>();

  /**
   * Creates the help for a task.
   *
   * @param content the serialized {@link Content} of the task
   * @param helped the task's own steps
   * @param ran is told the number of rows of each batch that a helper has run
   */
  TaskHelp(byte[] content, BatchSteps helped, IntConsumer ran) {
    this.content = content;
    this.helped = helped;
    this.ran = ran;
  }

  /** Allows help, once the task has run its first batch, which can show that it must fail. */
  void allow() {
    isAllowed = true;
  }

  @Override
  public boolean isPossible() {
    return isAllowed && helped.canBeHelped();
  }

  @Override
  public OpenRunner open() throws InterruptedException {
    BatchSteps steps = helped.helper(SerializedBytes.read(content, Content.class));
    return new OpenRunner() {
      @Override
      public void run(StagedBatch batch) throws InterruptedException {
        int rows = batch.data().rows();
        steps.run(batch);
        ran.accept(rows);
      }

      @Override
      public void close() {
        try (steps) {
          keep(steps);
        } finally {
          helped.helperEnds(steps);
        }
      }
    };
  }

  private synchronized void keep(BatchSteps steps) {
    List<BatchRunner> runners = steps.runners();
    if (runners.get(0).outputs().isEmpty()) {
      return;
    }
    List<PartOutcome> more = PartOutcome.of(runners);
    outcomes = outcomes.isEmpty() ? more : PartOutcome.merge(outcomes, more);
    ResidentReport report = steps.report();
    reports.merge(report.place() + report.halvedTo(), report, ResidentReport::later);
  }

  /** Adds what the helpers have done, after they have ended, to the outcomes of the task. */
  synchronized List<PartOutcome> addTo(List<PartOutcome> own) {
    return outcomes.isEmpty()
        ? own
        : PartOutcome.merge(own, outcomes).stream().map(PartOutcome::joined).toList();
  }

  /** The models that helpers ran. */
  synchronized List<ResidentReport> reports() {
    return List.copyOf(reports.values());
  }
}
