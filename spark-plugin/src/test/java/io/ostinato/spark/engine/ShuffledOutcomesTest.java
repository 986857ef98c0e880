package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.Collation;
import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What tasks return, however the batches are spread over them and in whatever order they end. */
class ShuffledOutcomesTest {
  private static final EvaluationTag TAG =
      new EvaluationTag("ids", new TrainingIteration(1, 2, 3), "test");

  @Test
  void anySizePartitionsBatchesTasksAndOrderGiveTheRowsInOrder() {
    Random random = new Random(31);
    for (int i = 0; i < 200; i++) {
      int[] partitions = partitions(random, i);
      int rows = IntStream.of(partitions).sum();
      List<PartitionOutcome> tasks = tasks(batches(partitions, 1 + random.nextInt(700)), random);
      if (rows == 0) {
        assertThatThrownBy(() -> results(partitions, merged(tasks, random)))
            .hasMessageContaining("the dataset is empty");
        continue;
      }
      Results results = results(partitions, merged(tasks, random));
      assertThat(results.ids()).isEqualTo(LongStream.range(0, rows).toArray());
      assertThat(results.certificate().rowsEvaluated()).isEqualTo(rows);
      assertThat(results.certificate().attempts().tasks()).isEqualTo(tasks.size());
    }
  }

  @Test
  void whatIsThereTwiceMissingOrSwappedIsAnErrorAndNeverANumber() {
    Random random = new Random(32);
    for (int i = 0; i < 150; i++) {
      int[] partitions = partitions(random, 1 + i);
      List<DataBatch> batches = batches(partitions, 1 + random.nextInt(100));
      List<PartitionOutcome> tasks = tasks(batches, random);
      int one = random.nextInt(tasks.size());
      switch (i % 5) {
        case 0 -> tasks.add(tasks.get(one));
        case 1 -> tasks.remove(one);
        case 2 -> tasks.set(one, withoutAnOutput(tasks.get(one)));
        case 3 -> tasks.set(one, withAnOutputTwice(tasks.get(one)));
        default -> {
          if (batches.size() < 2) {
            continue;
          }
          tasks.clear();
          tasks.addAll(tasks(swapped(batches), random));
        }
      }
      PartitionOutcome outcome = merged(tasks, random);
      assertThatThrownBy(() -> results(partitions, outcome))
          .as("case %d", i)
          .isInstanceOf(EvaluationException.class);
    }
  }

  /** What the driver makes of an outcome. */
  private static Results results(int[] partitions, PartitionOutcome outcome) {
    Coverage first = new Coverage();
    batches(partitions, 64).forEach(first::add);
    PartOutcome part = outcome.parts().get(0);
    Certificate certificate =
        Certificate.of(
            TAG, first.content(true), List.of(), part.coverage(), "hash", outcome.attempts());
    List<HostArray> collated =
        Collation.collate(TAG, part.inOrder(TAG, IntStream.of(partitions).sum()));
    ByteBuffer ids = ByteBuffer.wrap(collated.get(0).bytes()).order(ByteOrder.LITTLE_ENDIAN);
    long[] all = new long[ids.remaining() / Long.BYTES];
    ids.asLongBuffer().get(all);
    return new Results(all, certificate);
  }

  private record Results(long[] ids, Certificate certificate) {}

  /** Up to 64 partitions of up to 10,000 rows in all, which are as likely few as many. */
  private static int[] partitions(Random random, int least) {
    int[] partitions = new int[1 + random.nextInt(64)];
    int left = least == 0 ? 0 : 1 + random.nextInt(1 + random.nextInt(10_000));
    while (left > 0) {
      int some = 1 + random.nextInt(left);
      partitions[random.nextInt(partitions.length)] += some;
      left -= some;
    }
    return partitions;
  }

  private static List<DataBatch> batches(int[] partitions, int batchSize) {
    List<DataBatch> batches = new ArrayList<>();
    int start = 0;
    for (int partition = 0; partition < partitions.length; partition++) {
      int end = start + partitions[partition];
      for (int from = start; from < end; from += batchSize) {
        batches.add(batch(partition, from, Math.min(batchSize, end - from), from));
      }
      start = end;
    }
    return batches;
  }

  private static DataBatch batch(int partition, long firstRow, int rows, long firstId) {
    ByteBuffer ids = ByteBuffer.allocate(rows * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    LongStream.range(firstId, firstId + rows).forEach(ids::putLong);
    HostArray id = HostArray.of("id", DataType.INT64, new Shape(rows), ids.array());
    return new DataBatch(partition, firstRow, rows, List.of(id));
  }

  /** The first and the last batch, each with as many rows as the other begins with. */
  private static List<DataBatch> swapped(List<DataBatch> batches) {
    List<DataBatch> swapped = new ArrayList<>(batches);
    DataBatch first = batches.get(0);
    int last = batches.size() - 1;
    swapped.set(0, idsOf(first, batches.get(last).firstRow()));
    swapped.set(last, idsOf(batches.get(last), first.firstRow()));
    return swapped;
  }

  private static DataBatch idsOf(DataBatch place, long firstId) {
    return batch(place.partition(), place.firstRow(), place.rows(), firstId);
  }

  /** At least one batch for each of some tasks, which end in any order. */
  private static List<PartitionOutcome> tasks(List<DataBatch> batches, Random random) {
    List<DataBatch> shuffled = new ArrayList<>(batches);
    Collections.shuffle(shuffled, random);
    List<PartitionOutcome> tasks = new ArrayList<>();
    int from = 0;
    do {
      int to = Math.min(shuffled.size(), from + 1 + random.nextInt(40));
      tasks.add(outcome(shuffled.subList(from, to)));
      from = to;
    } while (from < shuffled.size());
    return tasks;
  }

  private static PartitionOutcome outcome(List<DataBatch> batches) {
    Coverage coverage = new Coverage();
    batches.forEach(coverage::add);
    List<BatchOutput> outputs =
        batches.stream()
            .map(batch -> new BatchOutput(batch.firstRow(), batch.rows(), batch.arrays()))
            .toList();
    return of(outputs, coverage);
  }

  private static PartitionOutcome of(List<BatchOutput> outputs, Coverage coverage) {
    return new PartitionOutcome(
        List.of("hash"),
        List.of(new PartOutcome(outputs, List.of(), coverage, SkippedRows.NONE)),
        TaskTimes.NONE,
        List.of(),
        Attempts.ofTask(0, 0, "driver"));
  }

  private static PartitionOutcome withoutAnOutput(PartitionOutcome outcome) {
    PartOutcome part = outcome.parts().get(0);
    return of(part.outputs().subList(1, part.outputs().size()), part.coverage());
  }

  private static PartitionOutcome withAnOutputTwice(PartitionOutcome outcome) {
    PartOutcome part = outcome.parts().get(0);
    List<BatchOutput> outputs = new ArrayList<>(part.outputs());
    outputs.add(outputs.get(0));
    return of(outputs, part.coverage());
  }

  /** Merges pairs in any order, after their way from the executors. */
  private static PartitionOutcome merged(List<PartitionOutcome> tasks, Random random) {
    List<PartitionOutcome> left = new ArrayList<>();
    tasks.forEach(task -> left.add(OutcomeCodec.decode(OutcomeCodec.encode(task))));
    while (left.size() > 1) {
      PartitionOutcome one = left.remove(random.nextInt(left.size()));
      left.add(one.merge(left.remove(random.nextInt(left.size()))));
    }
    return left.isEmpty() ? of(List.of(), new Coverage()) : left.get(0);
  }
}
