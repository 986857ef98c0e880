package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.PreparedDataset;
import io.ostinato.spark.data.StoredBatch;
import io.ostinato.spark.resident.Farewells;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.resident.TaskErrorException;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * One Spark job: a task over the batches of a dataset, and its outcomes.
 *
 * @param tags of the evaluations that share the job
 */
record EvaluationJob(List<EvaluationTag> tags, PreparedDataset dataset) {

  /**
   * Runs the tasks and returns their merged outcome.
   *
   * @throws EvaluationException if a task fails permanently, with the message of the task; or if
   *     this thread is interrupted, which doesn't cancel the job
   */
  PartitionOutcome run(PartitionTask task, ProgressDisplay display) {
    return ran(() -> outcomes(task), task, display);
  }

  private List<byte[]> outcomes(PartitionTask task) {
    RDD<StoredBatch> batches = dataset.batches().rdd();
    ClassTag<byte[]> bytes = ClassTag$.MODULE$.apply(byte[].class);
    Object outcomes = batches.context().runJob(batches, new OutcomeFunction(task), bytes);
    return List.of((byte[][]) outcomes);
  }

  /** As {@link #run}, but merges groups of outcomes on the executors first. */
  PartitionOutcome runAsTree(PartitionTask task, ProgressDisplay display) {
    int groups = (int) Math.ceil(Math.sqrt(tasks()));
    JavaRDD<byte[]> outcomes =
        dataset
            .batches()
            .mapPartitions(task, true)
            .mapToPair(outcome -> new Tuple2<>(TaskContext.getPartitionId() % groups, outcome))
            .reduceByKey(EvaluationJob::merged, groups)
            .values();
    return ran(outcomes::collect, task, display);
  }

  int tasks() {
    return dataset.batches().getNumPartitions();
  }

  /**
   * Runs a job and merges its outcomes. If this thread is interrupted, Spark stops waiting for the
   * job but doesn't cancel it.
   */
  private PartitionOutcome ran(
      ShownRows.Job<List<byte[]>> job, PartitionTask task, ProgressDisplay display) {
    Farewells farewells = ProcessRegistry.ofThisProcess().farewells();
    int before = farewells.count();
    try {
      return ShownRows.of(tags, task, dataset.rows()).during(job, display).stream()
          .map(OutcomeCodec::decode)
          .reduce(PartitionOutcome::merge)
          .orElseThrow(() -> isEmpty(tags.get(0)));
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw farewells.explained(Failures.caught(tags, e), before);
    }
  }

  private static EvaluationException isEmpty(EvaluationTag tag) {
    return EvaluationException.of(
        tag, "the dataset is empty; an evaluation needs at least one row");
  }

  private static byte[] merged(byte[] one, byte[] other) {
    try {
      return OutcomeCodec.encode(OutcomeCodec.decode(one).merge(OutcomeCodec.decode(other)));
    } catch (RuntimeException | Error e) {
      throw TaskErrorException.toThrow(e);
    }
  }
}
