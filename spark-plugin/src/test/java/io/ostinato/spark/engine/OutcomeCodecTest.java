package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.MetricStates;
import io.ostinato.metric.Metrics;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutcomeCodecTest {
  private static final String[] NAMES = {"", "logits", "größe", "two words"};
  private static final DataType[] TYPES = {
    DataType.FLOAT32, DataType.INT64, DataType.BOOLEAN, DataType.FLOAT16, DataType.UINT8
  };

  @Test
  void whatIsEncodedIsDecodedAgainWhateverTheOutcome() {
    Random random = new Random(17);
    for (int i = 0; i < 300; i++) {
      PartitionOutcome outcome = outcome(random, random.nextInt(4));
      assertThat(OutcomeCodec.decode(OutcomeCodec.encode(outcome))).isEqualTo(outcome);
    }
  }

  @Test
  void scalarsArraysOfOneElementAndEmptyArraysAreToldApart() {
    List<HostArray> arrays =
        List.of(
            HostArray.of("a", DataType.FLOAT32, new Shape(), new byte[4]),
            HostArray.of("a", DataType.FLOAT32, new Shape(1), new byte[4]),
            HostArray.of("a", DataType.FLOAT32, new Shape(1, 1), new byte[4]),
            HostArray.of("a", DataType.FLOAT32, new Shape(0), new byte[0]),
            HostArray.of("a", DataType.FLOAT32, new Shape(0, 3), new byte[0]),
            HostArray.of("a", DataType.FLOAT32, new Shape(3, 0), new byte[0]));
    PartitionOutcome outcome = outcomeOf(new BatchOutput(5, 1, arrays));
    List<HostArray> read =
        OutcomeCodec.decode(OutcomeCodec.encode(outcome)).parts().get(0).outputs().get(0).arrays();
    assertThat(read).isEqualTo(arrays);
    assertThat(read.toString())
        .isEqualTo(
            "[a: float32 (), a: float32 (1), a: float32 (1, 1), a: float32 (0), a: float32 (0, 3),"
                + " a: float32 (3, 0)]");
  }

  @Test
  void batchesOfOneKindCostFewBytesBesideTheirElements() {
    BatchOutput[] outputs = new BatchOutput[1000];
    for (int i = 0; i < outputs.length; i++) {
      HostArray array = HostArray.of("predictions", DataType.INT64, new Shape(2), new byte[16]);
      outputs[i] = new BatchOutput(2L * i, 2, List.of(array));
    }
    PartitionOutcome outcome = outcomeOf(outputs);
    assertThat(OutcomeCodec.sizeBytes(List.of(outputs))).isEqualTo(16_000);
    assertThat(OutcomeCodec.encode(outcome).length - 16_000)
        .as("five numbers for each batch, and one head")
        .isLessThan(1000 * 5 * 8 + 4000);
  }

  @Test
  void segmentsAreWrittenOneAfterTheOther() {
    HostArray segmented =
        HostArray.of(
            "x",
            DataType.INT8,
            new Shape(3),
            List.of(ByteBuffer.wrap(new byte[] {1}), ByteBuffer.wrap(new byte[] {2, 3})));
    PartitionOutcome outcome = outcomeOf(new BatchOutput(0, 3, List.of(segmented)));
    assertThat(OutcomeCodec.decode(OutcomeCodec.encode(outcome))).isEqualTo(outcome);
  }

  @Test
  void statesOfMetricsTravel() {
    MetricStates states = states(new float[] {1, 2}, new float[] {1, 5});
    PartitionOutcome outcome =
        new PartitionOutcome(
            List.of("hash"),
            List.of(
                new PartOutcome(
                    List.of(new BatchOutput(0, 2, List.of())),
                    List.of(states),
                    coverage(0, 2),
                    SkippedRows.NONE),
                new PartOutcome(
                    List.of(new BatchOutput(0, 2, List.of())),
                    List.of(),
                    coverage(0, 2),
                    SkippedRows.NONE)),
            new TaskTimes(1, 2, 3),
            List.of(),
            Attempts.ofTask(2, 1, "7 (host)"));
    PartitionOutcome read = OutcomeCodec.decode(OutcomeCodec.encode(outcome));
    assertThat(read.parts().get(0).states()).hasSize(1);
    assertThat(read.parts().get(0).states().get(0).results()).isEqualTo(states.results());
    assertThat(read.parts().get(1).states()).isEmpty();
    assertThat(read.times()).isEqualTo(new TaskTimes(1, 2, 3));
    assertThat(read.attempts()).isEqualTo(outcome.attempts());
    assertThat(read.parts().get(0).coverage()).isEqualTo(coverage(0, 2));
  }

  @Test
  void mergingJoinsEverythingAlsoAfterTravelling() {
    Random random = new Random(19);
    for (int i = 0; i < 50; i++) {
      int parts = 1 + random.nextInt(3);
      PartitionOutcome one = outcome(random, parts);
      PartitionOutcome other = outcome(random, parts);
      PartitionOutcome travelled =
          OutcomeCodec.decode(OutcomeCodec.encode(one))
              .merge(OutcomeCodec.decode(OutcomeCodec.encode(other)));
      PartitionOutcome merged = one.merge(other);
      assertThat(OutcomeCodec.decode(OutcomeCodec.encode(merged))).isEqualTo(merged);
      assertThat(travelled).isEqualTo(merged);
      for (int part = 0; part < parts; part++) {
        List<BatchOutput> all = new ArrayList<>(one.parts().get(part).outputs());
        all.addAll(other.parts().get(part).outputs());
        assertThat(merged.parts().get(part).outputs()).isEqualTo(all);
      }
      assertThat(merged.times()).isEqualTo(one.times().plus(other.times()));
      assertThat(merged.residents()).hasSize(one.residents().size() + other.residents().size());
    }
  }

  @Test
  void mergedStatesAreThoseOfAllRows() {
    PartOutcome one = part(List.of(states(new float[] {1}, new float[] {2})));
    PartOutcome none = part(List.of());
    PartOutcome other = part(List.of(states(new float[] {4}, new float[] {8})));
    List<MetricStates> merged = one.merge(none).merge(other).states();
    assertThat(merged).hasSize(1);
    assertThat(merged.get(0).results())
        .isEqualTo(states(new float[] {1, 4}, new float[] {2, 8}).results());
    assertThat(none.merge(none).states()).isEmpty();
  }

  @Test
  void manifestsAreMergedWithoutRepetition() {
    assertThat(withManifests("b").merge(withManifests("a", "b")).manifests())
        .containsExactly("a", "b");
    assertThat(withManifests().merge(withManifests("a")).manifests()).containsExactly("a");
  }

  private static PartOutcome part(List<MetricStates> states) {
    return new PartOutcome(List.of(), states, new Coverage(), SkippedRows.NONE);
  }

  /** Rows of zeros. */
  private static Coverage coverage(long firstRow, int rows) {
    HostArray zeros = HostArray.of("x", DataType.INT8, new Shape(rows), new byte[rows]);
    Coverage coverage = new Coverage();
    coverage.add(new DataBatch(3, firstRow, rows, List.of(zeros)));
    return coverage;
  }

  private static PartitionOutcome withManifests(String... hashes) {
    return new PartitionOutcome(
        List.of(hashes), List.of(), TaskTimes.NONE, List.of(), Attempts.NONE);
  }

  private static PartitionOutcome outcomeOf(BatchOutput... outputs) {
    return new PartitionOutcome(
        List.of("hash"),
        List.of(new PartOutcome(List.of(outputs), List.of(), new Coverage(), SkippedRows.NONE)),
        TaskTimes.NONE,
        List.of(),
        Attempts.NONE);
  }

  private static PartitionOutcome outcome(Random random, int count) {
    List<PartOutcome> parts = new ArrayList<>();
    for (int part = 0; part < count; part++) {
      List<BatchOutput> outputs = new ArrayList<>();
      for (int batch = random.nextInt(5); batch > 0; batch--) {
        List<HostArray> arrays = new ArrayList<>();
        for (int array = random.nextInt(4); array > 0; array--) {
          arrays.add(array(random));
        }
        outputs.add(
            new BatchOutput(
                random.nextLong(1L << 40),
                1 + random.nextInt(1000),
                List.copyOf(arrays),
                random.ints(random.nextInt(3), 0, 1000).sorted().boxed().toList()));
      }
      parts.add(
          new PartOutcome(
              outputs,
              List.of(),
              coverage(random.nextLong(99), random.nextInt(1, 9)),
              skippedOf(outputs)));
    }
    return new PartitionOutcome(
        random.nextBoolean() ? List.of("hash " + random.nextInt(3)) : List.of(),
        parts,
        new TaskTimes(random.nextInt(9), random.nextInt(9), random.nextInt(9)),
        random.nextBoolean() ? List.of(new ResidentReport("1", "cpu()", 1, 2)) : List.of(),
        Attempts.ofTask(random.nextInt(3), 0, "host " + random.nextInt(3)));
  }

  private static SkippedRows skippedOf(List<BatchOutput> outputs) {
    return SkippedRows.of(
        outputs.stream()
            .flatMap(output -> output.skipped().stream())
            .map(row -> new SkippedRow(1, row, "row " + row))
            .toList());
  }

  private static HostArray array(Random random) {
    Shape shape = new Shape(random.longs(random.nextInt(4), 0, 4).toArray());
    DataType type = TYPES[random.nextInt(TYPES.length)];
    byte[] content = new byte[(int) HostArray.sizeBytes(type, shape)];
    random.nextBytes(content);
    return HostArray.of(NAMES[random.nextInt(NAMES.length)], type, shape, content);
  }

  private static MetricStates states(float[] outputs, float[] targets) {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      NDArray first = manager.create(outputs);
      first.setName(MetricBatch.OUTPUTS);
      NDArray second = manager.create(targets);
      second.setName(MetricBatch.TARGETS);
      return MetricStates.zero(List.of(Metrics.mae())).update(new NDList(first, second));
    }
  }
}
