package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Record;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrainingSetTest {
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** More rows than one batch, in three partitions: x = (id, -id), y = id. */
  private static SparkDataset rows(int rows) {
    return SparkDataset.of(
            spark.range(0, rows, 1, 3).selectExpr("array(float(id), float(-id)) as v", "id"))
        .column("x", "v", DataType.FLOAT32, 2);
  }

  private static SparkDataset labelled(int rows) {
    return rows(rows).column("y", "id", DataType.INT64);
  }

  @Test
  void rowsAreInOrderAndTheLastTensorIsTheLabel() throws IOException {
    try (NDManager manager = NDManager.newBaseManager()) {
      ArrayDataset set = TrainingSet.collect(labelled(5000), manager);
      assertThat(set.size()).isEqualTo(5000);
      Record record = set.get(manager, 4999);
      assertThat(record.getData().singletonOrThrow().toFloatArray()).containsExactly(4999, -4999);
      assertThat(record.getLabels().singletonOrThrow().getLong()).isEqualTo(4999);
    }
  }

  @Test
  void inputsAndLabelsCanBeChosen() throws IOException {
    try (NDManager manager = NDManager.newBaseManager()) {
      SparkDataset data = labelled(3).column("z", "id", DataType.INT64);
      ArrayDataset set = TrainingSet.collect(data, 3, List.of("y", "x"), List.of("z"), manager);
      Record record = set.get(manager, 2);
      assertThat(record.getData())
          .extracting(NDArray::getShape)
          .containsExactly(new Shape(), new Shape(2));
      assertThat(record.getLabels()).hasSize(1);
    }
  }

  @Test
  void whatCannotBeTrainedOnIsRefused() {
    try (NDManager manager = NDManager.newBaseManager()) {
      assertThatThrownBy(() -> TrainingSet.collect(rows(3), manager))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the dataset to train on has the columns [x]; it needs an input and, as the last"
                  + " one, a label");
      assertThatThrownBy(() -> TrainingSet.collect(labelled(0), manager))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the dataset to train on has no rows");
      SparkDataset half = labelled(3).column("h", "id", DataType.BFLOAT16);
      assertThatThrownBy(() -> TrainingSet.collect(half, manager))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'h' of the dataset to train on is bfloat16");
    }
  }
}
