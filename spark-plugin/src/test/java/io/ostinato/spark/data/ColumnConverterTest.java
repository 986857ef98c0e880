package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.spark.TestSpark;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StringType;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ColumnConverterTest {
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** The first two characters of a text, and its length. */
  private record Characters(Object note) implements ColumnConverter {
    private static final long serialVersionUID = 1;

    @Override
    public List<TensorKind> tensors() {
      return List.of(
          TensorKind.of("characters", DataType.INT32, 2),
          TensorKind.of("length", DataType.FLOAT32));
    }

    @Override
    public Optional<String> mistake(org.apache.spark.sql.types.DataType type) {
      return type instanceof StringType
          ? Optional.empty()
          : Optional.of("is %s; expected string".formatted(type.simpleString()));
    }

    @Override
    public void convert(Object value, List<ByteBuffer> tensors) {
      String text = (String) value;
      if (text.equals("short")) {
        tensors.get(0).putInt(1);
        return;
      }
      tensors.get(0).putInt(text.charAt(0));
      if (text.length() < 2) {
        throw new IllegalStateException("too short");
      }
      if (text.equals("bad")) {
        throw new IllegalArgumentException("has no characters to speak of");
      }
      tensors.get(0).putInt(text.charAt(1));
      tensors.get(1).putFloat(text.length());
    }
  }

  @Test
  void aColumnBecomesSeveralTensorsBesideOthers() {
    SparkDataset dataset =
        of("select text, id from values ('ab', 1L), ('xyz', 2L) as t(text, id)")
            .column("id", "id", DataType.INT64)
            .column("text", new Characters(""))
            .column("again", "id", DataType.FLOAT32);

    assertThat(dataset.knownColumns()).contains(List.of("id", "characters", "length", "again"));
    DataBatch batch = dataset.batches(8).findFirst().orElseThrow();
    assertThat(batch.arrays())
        .extracting(Object::toString)
        .containsExactly(
            "id: int64 (2)",
            "characters: int32 (2, 2)",
            "length: float32 (2)",
            "again: float32 (2)");
    ByteBuffer characters = elements(batch, 1);
    assertThat(characters.getInt(0)).isEqualTo('a');
    assertThat(characters.getInt(12)).isEqualTo('y');
    assertThat(elements(batch, 2).getFloat(4)).isEqualTo(3);
  }

  @Test
  void rowsThatCantBeConvertedAreSkippedOrNamed() {
    SparkDataset dataset =
        of("select text from values ('ab'), ('bad'), ('cd'), (null), ('e') as t(text)")
            .column("text", new Characters(""));

    assertRefused(
        () -> dataset.prepare(2),
        "column 'text', row 1 of partition 0: has no characters to speak of");
    PreparedDataset prepared = dataset.prepare(5, 5, BadRows.skipUpTo(3));
    assertThat(prepared.skipped().count()).isEqualTo(3);
    DataBatch batch = prepared.batches().collect().get(0).inPartition();
    assertThat(batch.skipped())
        .extracting(SkippedRow::row, SkippedRow::reason)
        .containsExactly(
            tuple(1L, "column 'text': has no characters to speak of"),
            tuple(3L, "column 'text': is null; drop or fill such rows first"),
            tuple(4L, "column 'text': it failed with java.lang.IllegalStateException: too short"));
    assertThat(elements(batch, 0).getInt(16)).isEqualTo('c');
    assertThat(elements(batch, 0).getInt(8)).isZero();
  }

  @Test
  void aConverterMustAppendWholeRows() {
    SparkDataset dataset =
        of("select text from values ('short') as t(text)").column("text", new Characters(""));

    assertRefused(
        () -> dataset.prepare(2), "appended 4 bytes to the tensor 'characters', whose rows have 8");
  }

  @Test
  void columnsAreCheckedBeforeAnyRowIsRead() {
    SparkDataset rows = of("select 'a' as text, 1 as number");

    assertRefused(
        () -> rows.column("number", new Characters("")), "column 'number' is int; expected string");
    assertRefused(() -> rows.column("txt", new Characters("")), "the dataset has no column 'txt'");
    assertRefused(
        () -> rows.column("length", "number", DataType.INT32).column("text", new Characters("")),
        "two tensors are named 'length'");
    assertRefused(() -> rows.column("text", new Characters(new Object())), "can't be serialized");
    assertRefused(
        () ->
            SparkDataset.of(spark.sql("select 'a' as text"), (row, manager) -> new NDList())
                .column("text", new Characters("")),
        "the tensors of this dataset come from a row function");
  }

  private static void assertRefused(ThrowingCallable work, String part) {
    assertThatThrownBy(work).hasStackTraceContaining(part);
  }

  private static ByteBuffer elements(DataBatch batch, int array) {
    return ByteBuffer.wrap(batch.arrays().get(array).bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static SparkDataset of(String query) {
    Dataset<Row> rows = spark.sql(query).coalesce(1);
    return SparkDataset.of(rows);
  }
}
