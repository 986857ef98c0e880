package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CollationTest {
  private static final EvaluationTag TAG =
      new EvaluationTag("accuracy", new TrainingIteration(1, 2, 3), "test");
  private static final Random RANDOM = new Random(5);

  @Test
  void arraysAreConcatenatedAlongTheirFirstDimension() {
    for (int run = 0; run < 100; run++) {
      Shape trailing = new Shape(RANDOM.longs(RANDOM.nextInt(3), 1, 4).toArray());
      List<BatchOutput> batches = new ArrayList<>();
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      long rows = 0;
      for (int b = 1 + RANDOM.nextInt(5); b > 0; b--) {
        int n = 1 + RANDOM.nextInt(6);
        HostArray array = array("p", DataType.FLOAT32, new Shape(n).addAll(trailing));
        batches.add(new BatchOutput(rows, n, List.of(array)));
        expected.writeBytes(array.bytes());
        rows += n;
      }
      List<HostArray> collated = Collation.collate(TAG, batches);
      assertThat(collated)
          .containsExactly(
              HostArray.of(
                  "p", DataType.FLOAT32, new Shape(rows).addAll(trailing), expected.toByteArray()));
    }
  }

  @Test
  void scalarsAreStacked() {
    HostArray one = array("sum", DataType.FLOAT64, new Shape());
    HostArray two = array("sum", DataType.FLOAT64, new Shape());
    HostArray stacked = Collation.collate(TAG, List.of(batch(0, one), batch(10, two))).get(0);
    assertThat(stacked.shape()).isEqualTo(new Shape(2));
    assertThat(stacked.bytes()).startsWith(one.bytes()).endsWith(two.bytes());
  }

  @Test
  void whatDoesNotFitTogetherIsRefusedNamingArrayAndBatches() {
    HostArray good = array("p", DataType.FLOAT32, new Shape(10, 3));
    refuses(good, array("q", DataType.FLOAT32, new Shape(10, 3)), "'p'", "'q'");
    refuses(good, array("p", DataType.INT64, new Shape(10, 3)), "float32", "int64");
    refuses(good, array("p", DataType.FLOAT32, new Shape(10, 4)), "(10, 3)", "(10, 4)");
    refuses(good, array("p", DataType.FLOAT32, new Shape()), "(10, 3)", "()");
  }

  @Test
  void anotherNumberOfArraysIsRefused() {
    HostArray good = array("p", DataType.FLOAT32, new Shape(10));
    assertThatThrownBy(
            () ->
                Collation.collate(
                    TAG, List.of(batch(0, good), new BatchOutput(10, 10, List.of(good, good)))))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "the results of callback 'accuracy' at E1_U2_S3 on dataset 'test' can't be collated:"
                + " rows 0 to 9 returned 1 arrays, rows 10 to 19 returned 2");
  }

  @Test
  void missingAndRepeatedRowsAreFound() {
    HostArray array = array("p", DataType.FLOAT32, new Shape(10));
    assertThat(RowCheck.check(TAG, List.of(batch(0, array), batch(10, array)), 20)).isEqualTo(20);
    assertThatThrownBy(() -> RowCheck.check(TAG, List.of(batch(0, array), batch(20, array)), 20))
        .hasMessageContaining("expected row 10 next, but the next batch starts at row 20");
    assertThatThrownBy(() -> RowCheck.check(TAG, List.of(batch(0, array), batch(0, array)), 20))
        .hasMessageContaining("expected row 10 next, but the next batch starts at row 0");
    assertThatThrownBy(() -> RowCheck.check(TAG, List.of(batch(0, array)), 20))
        .hasMessageContaining("10 rows were evaluated, but the dataset has 20");
  }

  private static void refuses(HostArray first, HostArray second, String... words) {
    assertThatThrownBy(() -> Collation.collate(TAG, List.of(batch(0, first), batch(10, second))))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'accuracy' at E1_U2_S3 on dataset 'test'")
        .hasMessageContaining("rows 0 to 9")
        .hasMessageContaining("rows 10 to 19")
        .hasMessageContainingAll(words);
  }

  private static BatchOutput batch(long firstRow, HostArray array) {
    return new BatchOutput(firstRow, 10, List.of(array));
  }

  private static HostArray array(String name, DataType type, Shape shape) {
    byte[] bytes = new byte[(int) shape.size() * type.getNumOfBytes()];
    RANDOM.nextBytes(bytes);
    return HostArray.of(name, type, shape, bytes);
  }
}
