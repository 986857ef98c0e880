package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.spark.TestSpark;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SparkDatasetTest {
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void theTestsRunOnTheSparkTheyShould() {
    assertThat(spark.version()).isEqualTo(System.getProperty("ostinato.tests.spark"));
  }

  @Test
  void everyKindOfNumberBecomesEveryDataType() {
    Dataset<Row> rows =
        spark.sql(
            "select cast(7 as tinyint) a, cast(7 as smallint) b, 7 c, 7L d, cast(7 as float) e,"
                + " cast(7 as double) f, cast(7 as decimal(10,2)) g, true h, 2.5D i");
    for (String column : new String[] {"a", "b", "c", "d", "e", "f", "g"}) {
      for (DataType type :
          new DataType[] {
            DataType.FLOAT32,
            DataType.FLOAT64,
            DataType.INT8,
            DataType.UINT8,
            DataType.INT32,
            DataType.INT64
          }) {
        HostArray array = only(SparkDataset.of(rows).column("t", column, type));
        assertThat(array).hasToString("t: %s (1)".formatted(type));
        assertThat(valueOf(array)).as("%s as %s", column, type).isEqualTo(7.0);
      }
    }
    assertThat(only(SparkDataset.of(rows).column("t", "h", DataType.BOOLEAN)).bytes())
        .containsExactly(1);
    assertThat(valueOf(only(SparkDataset.of(rows).column("t", "i", DataType.FLOAT32))))
        .isEqualTo(2.5);
  }

  @Test
  void arraysAndBinariesTakeTheirShape() {
    byte[] raw = littleEndian(1.5f, -2f, 3f, 4f);
    Dataset<Row> rows =
        rows(
            new StructType()
                .add("floats", DataTypes.createArrayType(DataTypes.DoubleType))
                .add("raw.bytes", DataTypes.BinaryType),
            RowFactory.create(new Double[] {1.5, -2.0, 3.0, 4.0}, raw));
    DataBatch batch =
        SparkDataset.of(rows)
            .column("array", "floats", DataType.FLOAT32, 2, 2)
            .column("binary", "raw.bytes", DataType.FLOAT32, 1, 4)
            .batches(8)
            .findFirst()
            .orElseThrow();
    assertThat(batch.arrays().toString())
        .isEqualTo("[array: float32 (1, 2, 2), binary: float32 (1, 1, 4)]");
    assertThat(batch.arrays()).allSatisfy(array -> assertThat(array.bytes()).isEqualTo(raw));
  }

  @Test
  void aColumnMayHaveAnyName() {
    for (String name :
        List.of("a.b", "x[1]", "x[]", "x()", "x(1,2)", "d{k}", "a`b", "module_method:f", "a b")) {
      Dataset<Row> rows = spark.range(3, 4).toDF(name);
      assertThat(valueOf(only(SparkDataset.of(rows).column(name, name, DataType.FLOAT32))))
          .as(name)
          .isEqualTo(3.0);
    }
  }

  @Test
  void aRowFunctionMakesTheTensors() {
    Dataset<Row> rows = spark.range(0, 5, 1, 2).toDF("n");
    List<DataBatch> batches = SparkDataset.of(rows, SparkDatasetTest::square).batches(2).toList();
    assertThat(batches.stream().map(DataBatch::firstRow)).containsExactly(0L, 2L, 4L);
    assertThat(batches.stream().flatMap(batch -> batch.arrays().stream()).map(HostArray::toString))
        .containsExactly("square: int64 (2, 1)", "square: int64 (2, 1)", "square: int64 (1, 1)");
    assertThat(batches.get(1).arrays().get(0).segments().get(0).asLongBuffer().get(1)).isEqualTo(9);
  }

  @Test
  void aRowFunctionThatIsNotAsItShouldBeNamesTheRow() {
    Dataset<Row> rows = spark.range(0, 5, 1, 1).toDF("n");
    refused(
        () -> SparkDataset.of(rows, SparkDatasetTest::growing).batches(5).toList(),
        "the row function, row 1 of partition 0",
        "returned [n: int64 (2)]; expected [n: int64 (1)], as for the previous rows");
    refused(
        () -> SparkDataset.of(rows, SparkDatasetTest::failing).batches(5).toList(),
        "the row function, row 3 of partition 0",
        "no luck with 3");
    refused(
        () -> SparkDataset.of(rows, (row, manager) -> new NDList()).batches(5).toList(),
        "row 0 of partition 0",
        "it returned no arrays");
    refused(
        () ->
            SparkDataset.of(rows, (row, manager) -> new NDList(manager.create(1)))
                .batches(5)
                .toList(),
        "an array without a name");
    refused(
        () -> SparkDataset.of(rows, SparkDatasetTest::twins).batches(5).toList(),
        "the row function, row 0 of partition 0",
        "it returned two arrays named 'twin'; names must be unique");
  }

  @Test
  void whatARowFunctionThrewIsTheCauseWhereItWasCaught() {
    Dataset<Row> rows = spark.range(0, 5, 1, 1).toDF("n");
    assertThatThrownBy(() -> SparkDataset.of(rows, SparkDatasetTest::failing).batches(5).toList())
        .rootCause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no luck with 3")
        .satisfies(
            cause -> assertThat(cause.getStackTrace()[0].getMethodName()).isEqualTo("failing"));
  }

  @Test
  void growingRowsAreFoundAcrossBatchesAndPartitions() {
    refused(
        () ->
            SparkDataset.of(spark.range(0, 2, 1, 1).toDF("n"), SparkDatasetTest::growing)
                .batches(1)
                .toList(),
        "the row function, row 1 of partition 0",
        "returned [n: int64 (2)]; expected [n: int64 (1)], as for the previous rows");
    refused(
        () ->
            SparkDataset.of(spark.range(0, 2, 1, 2).toDF("n"), SparkDatasetTest::growing)
                .batches(1)
                .toList(),
        "the row function returns [n: INT64 (1)] in partition 0 but [n: INT64 (2)] in partition 1",
        "must be the same for every row");
  }

  @Test
  void aSortedDatasetIsReadAgainInTheSamePartitions() {
    String key = "spark.sql.adaptive.coalescePartitions.enabled";
    spark.conf().set(key, "false");
    try {
      Dataset<Row> sorted = spark.range(0, 4000, 1, 2).selectExpr("xxhash64(id) n").orderBy("n");
      SparkDataset dataset = SparkDataset.of(sorted).column("n", "n", DataType.INT64);
      assertThat(dataset.prepare(1000).content().rows()).isEqualTo(4000);
      assertThat(dataset.prepare(999).partitionStarts())
          .as("Spark draws the bounds of a sort anew for each query")
          .isEqualTo(dataset.prepare(1000).partitionStarts());
      dataset.unpersist();
      assertThat(dataset.prepare(500).rows()).isEqualTo(4000);
    } finally {
      spark.conf().unset(key);
    }
  }

  @Test
  void badRowsBehindTheFirstRowsAreNoErrorAndThoseBeforeAreCounted() {
    for (boolean byFunction : new boolean[] {true, false}) {
      Dataset<Row> rows =
          spark
              .range(0, 40, 1, 4)
              .selectExpr("case when id in (12, 18, 19, 25) then null else id end n");
      SparkDataset dataset =
          byFunction
              ? SparkDataset.of(rows, SparkDatasetTest::square)
              : SparkDataset.of(rows).column("n", "n", DataType.INT64);
      assertThat(dataset.prepare(4, 12).rows()).as("row 18 is only counted").isEqualTo(12);
      PreparedDataset skipping = dataset.prepare(4, 15, BadRows.skipUpTo(1));
      assertThat(skipping.rows()).isEqualTo(15);
      assertThat(skipping.skipped().first().stream().map(SkippedRow::row)).containsExactly(12L);
      assertThatThrownBy(() -> dataset.prepare(4, 15)).hasMessageContaining("row 2 of partition 1");
    }
  }

  @Test
  void unknownColumnsListTheKnownOnes() {
    Dataset<Row> rows = spark.sql("select 1 pixels, 2 label");
    refused(
        () -> SparkDataset.of(rows).column("x", "pixel", DataType.FLOAT32),
        "the dataset has no column 'pixel'; it has: pixels, label");
  }

  @Test
  void columnsThatCantBeTensorsAreRefusedAtOnce() {
    Dataset<Row> rows =
        spark.sql("select 'a' text, array(array(1)) nested, 1 number, array(1.0F) floats");
    refused(
        () -> SparkDataset.of(rows).column("x", "text", DataType.FLOAT32),
        "column 'text' is string; it must be a number, an array of numbers, a vector or matrix of",
        "convert text to tokens or classes (docs/text.md), or use a row function");
    refused(
        () -> SparkDataset.of(rows).column("x", "nested", DataType.FLOAT32),
        "column 'nested' is array<array<int>>");
    refused(
        () -> SparkDataset.of(rows).column("x", "number", DataType.FLOAT32, 2),
        "column 'number' holds one number per row, so its shape can't be (2)");
    refused(
        () -> SparkDataset.of(rows).column("x", "floats", DataType.FLOAT32, 2, 0),
        "column 'floats': every dimension of (2, 0) must be at least 1");
    refused(
        () -> SparkDataset.of(rows).column("x", "floats", DataType.INT16, 1),
        "column 'floats': numbers become float32",
        "not int16; use a binary column for other types");
    refused(
        () ->
            SparkDataset.of(rows)
                .column("x", "number", DataType.FLOAT32)
                .column("x", "floats", DataType.FLOAT32, 1),
        "two tensors are named 'x'");
    refused(() -> SparkDataset.of(rows).batches(1).toList(), "no columns; call column(");
    refused(
        () ->
            SparkDataset.of(rows, SparkDatasetTest::square).column("x", "number", DataType.FLOAT32),
        "come from a row function");
  }

  @Test
  void rawElementsMustHaveASize() {
    Dataset<Row> rows = spark.sql("select X'00000000' raw");
    refused(
        () -> SparkDataset.of(rows).column("x", "raw", DataType.STRING, 1),
        "column 'raw': a tensor of raw elements can't be string");
  }

  @Test
  void nullsAreRefusedWithColumnAndRow() {
    StructType schema =
        new StructType()
            .add("pixels", DataTypes.createArrayType(DataTypes.FloatType))
            .add("label", DataTypes.LongType);
    Dataset<Row> nullColumn = rows(schema, pixels(1, 2), RowFactory.create(null, 1L));
    refused(
        () -> read(SparkDataset.of(nullColumn).column("x", "pixels", DataType.FLOAT32, 2)),
        "column 'pixels', row 1 of partition 0: is null; expected float32 (2)");
    Dataset<Row> nullElement = rows(schema, pixels(1, 2), pixels(1, 2), pixels(1f, null));
    refused(
        () -> read(SparkDataset.of(nullElement).column("x", "pixels", DataType.FLOAT32, 2)),
        "column 'pixels', row 2 of partition 0: element 1 is null; expected float32 (2)");
    Dataset<Row> nullLabel = rows(schema, RowFactory.create(new Float[] {1f}, null));
    refused(
        () -> read(SparkDataset.of(nullLabel).column("y", "label", DataType.INT64)),
        "column 'label', row 0 of partition 0: is null; expected int64 ()");
  }

  @Test
  void wrongLengthsAreRefusedWithColumnAndRow() {
    StructType schema =
        new StructType().add("pixels", DataTypes.createArrayType(DataTypes.FloatType));
    Dataset<Row> rows =
        rows(
            schema,
            RowFactory.create((Object) new Float[] {1f, 2f}),
            RowFactory.create((Object) new Float[] {1f}));
    refused(
        () -> read(SparkDataset.of(rows).column("x", "pixels", DataType.FLOAT32, 1, 2)),
        "column 'pixels', row 1 of partition 0: has 1 elements; expected 2 for float32 (1, 2)");
    Dataset<Row> binary =
        rows(
            new StructType().add("raw", DataTypes.BinaryType),
            RowFactory.create((Object) new byte[7]));
    refused(
        () -> read(SparkDataset.of(binary).column("x", "raw", DataType.FLOAT32, 2)),
        "column 'raw', row 0 of partition 0: has 7 bytes; expected 8 for float32 (2)");
  }

  @Test
  void numbersThatDontFitAreRefused() {
    Dataset<Row> rows = spark.sql("select 300 big, 1.5D half, cast('NaN' as double) nan, -1 minus");
    refused(
        () -> read(SparkDataset.of(rows).column("x", "big", DataType.UINT8)),
        "column 'big', row 0 of partition 0: 300 is not a whole number from 0 to 255; expected uint8");
    refused(
        () -> read(SparkDataset.of(rows).column("x", "half", DataType.INT64)),
        "1.5 is not a whole number from -9223372036854775808 to 9223372036854775807");
    refused(
        () -> read(SparkDataset.of(rows).column("x", "nan", DataType.INT32)),
        "NaN is not a whole number");
    refused(
        () -> read(SparkDataset.of(rows).column("x", "minus", DataType.BOOLEAN)),
        "-1 is not a whole number from 0 to 1");
  }

  @Test
  void batchesAreStoredOncePerBatchSizeAndFreed() {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    Set<Integer> before = Set.copyOf(context.getPersistentRDDs().keySet());
    SparkDataset dataset = TestSpark.generated(spark, 10, 3);
    assertThat(dataset.prepare(4).batches()).isSameAs(dataset.prepare(4).batches());
    assertThat(dataset.prepare(5).batches()).isNotSameAs(dataset.prepare(4).batches());
    assertThat(dataset.prepare(4).rows()).isEqualTo(13);
    assertThat(storedSince(before, context)).hasSize(2);
    dataset.unpersist();
    assertThat(storedSince(before, context)).isEmpty();
  }

  @Test
  void partitionsBehindTheFirstRowsAreNotRead() {
    StructType schema = new StructType().add("n", DataTypes.LongType);
    JavaRDD<Row> rows =
        new JavaSparkContext(spark.sparkContext())
            .parallelize(List.of(0, 1, 2), 3)
            .flatMap(
                partition ->
                    IntStream.range(0, 10)
                        .mapToObj(row -> unlucky(partition * 10L + row, 7))
                        .iterator());
    for (SparkDataset dataset :
        List.of(
            SparkDataset.of(spark.createDataFrame(rows, schema)).column("n", "n", DataType.INT64),
            SparkDataset.of(
                spark.createDataFrame(rows, schema),
                (row, manager) -> new NDList(named("n", manager.create(row.getLong(0))))))) {
      PreparedDataset first = dataset.prepare(4, 7);
      assertThat(first.rows()).isEqualTo(7);
      assertThat(first.batchCount()).isEqualTo(2);
      assertThat(first.batches().count()).isEqualTo(2);
      assertThatThrownBy(() -> dataset.prepare(4, 8)).hasMessageContaining("row 7 is read");
      assertThatThrownBy(() -> dataset.prepare(4)).hasMessageContaining(" is read");
    }
  }

  @Test
  void batchesOfADatasetThatHasNoMoreRowsServeAnyLimit() {
    SparkDataset dataset = TestSpark.generated(spark, 0, 10, 3);
    PreparedDataset more = dataset.prepare(4, 20);
    assertThat(more.rows()).isEqualTo(13);
    assertThat(dataset.prepare(4)).isSameAs(more);
    assertThat(dataset.prepare(4, 13)).isSameAs(more);
    assertThat(dataset.prepare(4, 12).rows()).isEqualTo(12);
    assertThat(dataset.prepare(4, 12)).isSameAs(dataset.prepare(4, 12));
    SparkDataset other = TestSpark.generated(spark, 0, 10, 3);
    assertThat(other.prepare(4, 12).rows()).isEqualTo(12);
    assertThat(other.rows()).as("of all").isEqualTo(13);
    assertThat(other.prepare(4).rows()).isEqualTo(13);
  }

  private static Row unlucky(long row, long limit) {
    if (row >= limit) {
      throw new IllegalStateException("row %s is read".formatted(row));
    }
    return RowFactory.create(row);
  }

  private static NDArray named(String name, NDArray array) {
    array.setName(name);
    return array;
  }

  /** Spark forgets those before by itself, once nobody has them any more. */
  private static Set<Integer> storedSince(Set<Integer> before, JavaSparkContext context) {
    Set<Integer> stored = new HashSet<>(context.getPersistentRDDs().keySet());
    stored.removeAll(before);
    return stored;
  }

  private static void refused(ThrowingCallable code, String... words) {
    assertThatThrownBy(code).hasMessageContainingAll(words);
  }

  private static void read(SparkDataset dataset) {
    try (Stream<DataBatch> batches = dataset.batches(16)) {
      assertThat(batches.toList()).isEmpty();
    }
  }

  private static HostArray only(SparkDataset dataset) {
    return dataset.batches(1).findFirst().orElseThrow().arrays().get(0);
  }

  private static double valueOf(HostArray array) {
    ByteBuffer bytes = array.segments().get(0);
    return switch (array.dataType()) {
      case FLOAT32 -> bytes.getFloat();
      case FLOAT64 -> bytes.getDouble();
      case INT32 -> bytes.getInt();
      case INT64 -> bytes.getLong();
      default -> bytes.get();
    };
  }

  private static Dataset<Row> rows(StructType schema, Row... rows) {
    return spark.createDataFrame(
        new JavaSparkContext(spark.sparkContext()).parallelize(Arrays.asList(rows), 1), schema);
  }

  private static Row pixels(@Nullable Float... values) {
    return RowFactory.create(values, 1L);
  }

  private static Row pixels(int... values) {
    Float[] floats = new Float[values.length];
    Arrays.setAll(floats, i -> (float) values[i]);
    return RowFactory.create(floats, 1L);
  }

  private static byte[] littleEndian(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  private static NDList square(Row row, NDManager manager) {
    long n = row.getLong(0);
    return named(manager.create(new long[] {n * n}), "square");
  }

  private static NDList growing(Row row, NDManager manager) {
    return named(manager.create(new long[(int) row.getLong(0) + 1]), "n");
  }

  private static NDList failing(Row row, NDManager manager) {
    if (row.getLong(0) == 3) {
      throw new IllegalStateException("no luck with 3");
    }
    return square(row, manager);
  }

  private static NDList twins(Row row, NDManager manager) {
    NDList list = named(manager.create(1), "twin");
    list.addAll(named(manager.create(2), "twin"));
    return list;
  }

  private static NDList named(NDArray array, String name) {
    array.setName(name);
    return new NDList(array);
  }
}
