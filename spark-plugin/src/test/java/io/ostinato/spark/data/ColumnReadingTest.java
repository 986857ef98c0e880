package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.plugin.OstinatoSettings;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The ways in which columns become batches, and where the batches stay. */
class ColumnReadingTest {
  private static final DataType[] WHOLE = {
    DataType.INT8, DataType.INT32, DataType.INT64, DataType.FLOAT32, DataType.FLOAT64
  };
  private static final DataType[] ALL = {
    DataType.INT8,
    DataType.INT32,
    DataType.INT64,
    DataType.FLOAT32,
    DataType.FLOAT64,
    DataType.UINT8,
    DataType.BOOLEAN
  };
  private static final DataType[] FLOATS = {DataType.FLOAT32, DataType.FLOAT64};

  private static final Map<String, org.apache.spark.sql.types.DataType> SPARK_TYPES =
      new LinkedHashMap<>();

  static {
    SPARK_TYPES.put("tinyint", DataTypes.ByteType);
    SPARK_TYPES.put("smallint", DataTypes.ShortType);
    SPARK_TYPES.put("int", DataTypes.IntegerType);
    SPARK_TYPES.put("bigint", DataTypes.LongType);
    SPARK_TYPES.put("float", DataTypes.FloatType);
    SPARK_TYPES.put("double", DataTypes.DoubleType);
    SPARK_TYPES.put("decimal", DataTypes.createDecimalType(12, 3));
    SPARK_TYPES.put("boolean", DataTypes.BooleanType);
  }

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
  void bulkAndRowWiseReadingGiveTheSameBatchesForEveryNumberAndTensor() {
    assertSameBatches(ALL, 0, 1, 0);
    assertSameBatches(WHOLE, -100, 100, 0);
    assertSameBatches(FLOATS, -1000, 1000, 0.375);
  }

  @Test
  void numbersAtTheEndOfTheirRangeAreReadAlike() {
    Dataset<Row> rows =
        spark.sql(
            "select * from values (float('NaN'), double('-Infinity'), bigint(-9223372036854775808),"
                + " array(float('Infinity'), float(-0.0)), array(double('NaN'), 4.9e-324D)),"
                + " (float(3.4e38), 1.7e308D, 9223372036854775807L,"
                + " array(float(1.4e-45), float(1)), array(1e300D, -1e-300D)) as t(a, b, c, d, e)");
    List<Column> columns = new ArrayList<>();
    for (DataType type : FLOATS) {
      for (String column : new String[] {"a", "b", "c"}) {
        columns.add(column(column + " " + type, column, type, Column.Kind.NUMBER));
      }
      columns.add(column("d " + type, "d", type, Column.Kind.ARRAY, 2));
      columns.add(column("e " + type, "e", type, Column.Kind.ARRAY, 2));
    }
    columns.add(column("c", "c", DataType.INT64, Column.Kind.NUMBER));
    assertSameBatches(rows, columns);
  }

  @Test
  void whatIsWrongIsRefusedInTheSameWords() {
    List<String> wrong =
        List.of(
            "array(1, 300, 3)",
            "array(1L, 9223372036854775807L, 3L)",
            "array(1.0F, 1.5F, 2.0F)",
            "array(double('NaN'), 1D, 2D)",
            "array(1, null, 3)",
            "array(1F, 2F, null)",
            "array(null, 2D, 3D)",
            "array(1.5, null, 3.0)",
            "array(true, null, false)",
            "array(1, 2)",
            "array(1F, 2F, 3F, 4F)",
            "cast(null as array<float>)",
            "cast(array() as array<int>)");
    List<String> errors = new ArrayList<>();
    for (String expression : wrong) {
      Dataset<Row> rows = spark.sql("select %s v".formatted(expression));
      for (DataType type : ALL) {
        List<Column> columns = List.of(column("t", "v", type, Column.Kind.ARRAY, 3));
        String bulk = errorOf(rows, columns, true);
        assertThat(bulk).as("%s as %s", expression, type).isEqualTo(errorOf(rows, columns, false));
        errors.add(bulk);
      }
    }
    assertThat(String.join("\n", errors))
        .contains("column 'v', row 0 of partition 0: 300 is not a whole number from -128 to 127")
        .contains("element 1 is null; expected float32 (3)")
        .contains("element 0 is null; expected int64 (3)")
        .contains("has 2 elements; expected 3 for int32 (3)")
        .contains("has 0 elements; expected 3 for uint8 (3)")
        .contains("is null; expected boolean (3); drop or fill such rows first");
  }

  @Test
  void nullsOfNumbersAndBinariesAreRefusedInTheSameWords() {
    for (String type : List.of("int", "double", "boolean", "decimal(5,2)", "binary")) {
      Dataset<Row> rows = spark.sql("select cast(null as %s) v".formatted(type));
      Column.Kind kind = type.equals("binary") ? Column.Kind.BINARY : Column.Kind.NUMBER;
      List<Column> columns = List.of(column("t", "v", DataType.FLOAT32, kind));
      assertThat(errorOf(rows, columns, true))
          .isEqualTo(errorOf(rows, columns, false))
          .contains("column 'v', row 0 of partition 0: is null; expected float32 ()");
    }
  }

  @Test
  void vectorsAndMatricesOfSparkMlAreReadWhereTheirClassesAreMissing() {
    String file = Objects.requireNonNull(getClass().getResource("/ml-vectors.parquet")).toString();
    Dataset<Row> rows = spark.read().parquet(file).coalesce(1);
    assertSameBatches(
        rows,
        List.of(
            column("v", "vector", DataType.FLOAT64, Column.Kind.VECTOR, 6),
            column("w", "vector", DataType.FLOAT32, Column.Kind.VECTOR, 2, 3),
            column("m", "matrix", DataType.FLOAT64, Column.Kind.MATRIX, 2, 3),
            column("n", "matrix", DataType.INT64, Column.Kind.MATRIX, 1, 2, 3)));
    SparkDataset data =
        SparkDataset.of(rows)
            .column("v", "vector", DataType.FLOAT64, 6)
            .column("m", "matrix", DataType.FLOAT64, 2, 3);
    DataBatch batch = data.batches(10).toList().get(0);
    assertThat(doubles(batch, 0))
        .containsExactly(
            1, 2, 3, 4, 5, 6, 0, 7.5, 0, 0, -8, 0, 0, 0, 0, 0, 0, 0, 0.1, 0, 0, 0, 0, -0.1);
    assertThat(doubles(batch, 1))
        .containsExactly(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 0, 9, 0, 8, 0, 7, 0, 9, 0, 8, 0, 7);
    List<Column> wrong = List.of(column("v", "vector", DataType.FLOAT32, Column.Kind.VECTOR, 5));
    assertThat(errorOf(rows, wrong, true))
        .isEqualTo(errorOf(rows, wrong, false))
        .contains(
            "column 'vector', row 0 of partition 0: has 6 elements; expected 5 for float32 (5)");
    wrong = List.of(column("m", "matrix", DataType.FLOAT32, Column.Kind.MATRIX, 3, 2));
    assertThat(errorOf(rows, wrong, true))
        .isEqualTo(errorOf(rows, wrong, false))
        .contains(
            "column 'matrix', row 0 of partition 0: is a matrix of shape (2, 3); expected float32 (3, 2)");
    wrong = List.of(column("v", "vector", DataType.INT32, Column.Kind.VECTOR, 6));
    assertThat(errorOf(rows, wrong, true))
        .isEqualTo(errorOf(rows, wrong, false))
        .contains("row 1 of partition 0: 7.5 is not a whole number");
  }

  @Test
  void vectorsAreReadWhereTheirClassIsThere() {
    List<Row> vectors =
        List.of(
            RowFactory.create(TestVector.dense(1.5, 0, -2)),
            RowFactory.create(TestVector.sparse(3, 1, 4)));
    Dataset<Row> rows =
        spark
            .createDataFrame(vectors, new StructType().add("features", new TestVector.Udt()))
            .coalesce(1);
    assertThat(rows.collectAsList().get(0).get(0)).isInstanceOf(TestVector.class);
    assertSameBatches(
        rows, List.of(column("x", "features", DataType.FLOAT32, Column.Kind.VECTOR, 3)));
    SparkDataset data = SparkDataset.of(rows).column("x", "features", DataType.FLOAT64, 3);
    assertThat(doubles(data.batches(10).toList().get(0), 0)).containsExactly(1.5, 0, -2, 0, 4, 0);
    Dataset<Row> missing =
        spark.createDataFrame(
            List.of(RowFactory.create((Object) null)),
            new StructType().add("features", new TestVector.Udt()));
    List<Column> columns =
        List.of(column("x", "features", DataType.FLOAT32, Column.Kind.VECTOR, 3));
    assertThat(errorOf(missing, columns, true))
        .isEqualTo(errorOf(missing, columns, false))
        .contains("is null; expected float32 (3); drop or fill such rows first");
  }

  private static double[] doubles(DataBatch batch, int array) {
    double[] values = new double[Math.toIntExact(batch.arrays().get(array).shape().size())];
    ByteBuffer.wrap(batch.arrays().get(array).bytes())
        .order(ByteOrder.LITTLE_ENDIAN)
        .asDoubleBuffer()
        .get(values);
    return values;
  }

  @Test
  void batchesThatNeedMoreThanTheBudgetAreDecodedAgainAndTheLogSaysSoOnce() {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    Dataset<Row> rows = TestSpark.generatedRows(spark, 10, 3, 8);
    List<Column> columns =
        List.of(
            column("x", "x", DataType.FLOAT32, Column.Kind.ARRAY, 8),
            column("class", "class", DataType.INT64, Column.Kind.NUMBER));
    Set<Integer> before = Set.copyOf(context.getPersistentRDDs().keySet());
    PreparedDataset stored = reader(rows, columns, 4, "blocks.store", "1m").read();
    assertThat(stored.isStored()).isTrue();
    assertThat(context.getPersistentRDDs()).hasSize(before.size() + 1);
    assertThat(stored.sizeBytes()).isEqualTo(21 * (8 * 4 + 8));
    List<DataBatch> expected = batches(stored);
    stored.batches().unpersist();
    List<String> lines = new ArrayList<>();
    List<DataBatch> decoded =
        logged(
            lines,
            () -> {
              PreparedDataset again = reader(rows, columns, 4, "blocks.store", "800b").read();
              assertThat(again.isStored()).isFalse();
              assertThat(again.rows()).isEqualTo(21);
              assertThat(again.batchCount()).isEqualTo(stored.batchCount()).isEqualTo(6);
              assertThat(again.partitionStarts()).containsExactly(stored.partitionStarts());
              assertThat(batches(again)).isEqualTo(batches(again));
              return batches(again);
            });
    assertThat(context.getPersistentRDDs().keySet()).isEqualTo(before);
    assertThat(decoded).isEqualTo(expected);
    assertThat(lines)
        .singleElement()
        .asString()
        .contains("is not stored on the executors")
        .contains("its batches are decoded at each evaluation");
  }

  @Test
  void aDatasetThatIsClearlyTooLargeIsNotStoredEvenToCountIt() throws Exception {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    Dataset<Row> rows = spark.range(0, 800, 1, 16).selectExpr("cast(id as float) v");
    List<Column> columns = List.of(column("v", "v", DataType.FLOAT32, Column.Kind.NUMBER));
    JavaRDD<Integer> last = context.parallelize(List.of(1), 1).cache();
    BlockingQueue<String> stored = new LinkedBlockingQueue<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onBlockUpdated(SparkListenerBlockUpdated update) {
            if (update.blockUpdatedInfo().blockId().isRDD()) {
              stored.add(update.blockUpdatedInfo().blockId().name());
            }
          }
        };
    context.sc().addSparkListener(listener);
    try {
      PreparedDataset large = reader(rows, columns, 4, "blocks.store", "1600b").read();
      assertThat(large.isStored()).isFalse();
      assertThat(large.rows()).isEqualTo(800);
      assertThat(large.sizeBytes()).isEqualTo(3200);
      last.count();
      // Events come in their order: what was stored before is told before.
      assertThat(stored.poll(1, TimeUnit.MINUTES)).isEqualTo("rdd_" + last.id() + "_0");
    } finally {
      context.sc().removeSparkListener(listener);
      last.unpersist();
    }
  }

  @Test
  void aDatasetOfWhichTheFirstPartitionsAreTheLargestIsStoredIfItFits() {
    // What is looked at first, partitions 0 and 8, has nearly all rows.
    Dataset<Row> rows =
        spark
            .range(0, 400, 1, 16)
            .selectExpr("cast(id as float) v", "spark_partition_id() p")
            .where("p % 8 = 0 or id % 25 = 0")
            .select("v");
    List<Column> columns = List.of(column("v", "v", DataType.FLOAT32, Column.Kind.NUMBER));
    PreparedDataset dataset = reader(rows, columns, 4, "blocks.store", "400b").read();
    assertThat(dataset.sizeBytes()).isEqualTo((50 + 14) * 4);
    assertThat(dataset.isStored()).isTrue();
    dataset.batches().unpersist();
  }

  @Test
  void noBudgetMeansThatNothingIsStored() {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    Set<Integer> before = Set.copyOf(context.getPersistentRDDs().keySet());
    List<String> lines = new ArrayList<>();
    PreparedDataset dataset =
        logged(
            lines,
            () ->
                reader(
                        TestSpark.generatedRows(spark, 9),
                        List.of(column("class", "class", DataType.INT64, Column.Kind.NUMBER)),
                        4,
                        "blocks.store",
                        "0")
                    .read());
    assertThat(dataset.isStored()).isFalse();
    assertThat(dataset.isInOrder()).isTrue();
    assertThat(batches(dataset)).hasSize(3);
    assertThat(context.getPersistentRDDs().keySet()).isEqualTo(before);
    assertThat(lines).as("what was asked for needs no line").isEmpty();
  }

  @Test
  void theNumberOfPartitionsFitsSlotsAndBatches() {
    assertThat(DatasetReader.wantedPartitions(3, 0, 8)).as("no batches").isEqualTo(3);
    assertThat(DatasetReader.wantedPartitions(1, 1, 8)).as("one batch").isEqualTo(1);
    assertThat(DatasetReader.wantedPartitions(1, 5, 8)).as("fewer batches than slots").isEqualTo(5);
    assertThat(DatasetReader.wantedPartitions(1, 100, 8)).as("each slot has some").isEqualTo(8);
    assertThat(DatasetReader.wantedPartitions(7, 3, 8)).as("never fewer here").isEqualTo(7);
    assertThat(DatasetReader.wantedPartitions(8, 100, 8)).as("as it is").isEqualTo(8);
    assertThat(DatasetReader.wantedPartitions(200, 20, 8)).as("joined").isEqualTo(8);
    assertThat(DatasetReader.wantedPartitions(200, 3, 8)).as("no empty ones").isEqualTo(3);
    assertThat(DatasetReader.wantedPartitions(200, 400, 8)).as("four batches each").isEqualTo(100);
    assertThat(DatasetReader.wantedPartitions(200, 401, 8)).as("rounded up").isEqualTo(101);
    assertThat(DatasetReader.wantedPartitions(200, 4000, 8)).as("full enough").isEqualTo(200);
  }

  /** Every type of Spark, as a number and as an array, to these tensors. */
  private static void assertSameBatches(DataType[] wanted, int least, int most, double fraction) {
    Random random = new Random(least);
    StructType schema = new StructType();
    for (var type : SPARK_TYPES.entrySet()) {
      schema = schema.add(type.getKey(), type.getValue());
      schema = schema.add("a " + type.getKey(), DataTypes.createArrayType(type.getValue(), false));
      schema = schema.add("n " + type.getKey(), DataTypes.createArrayType(type.getValue(), true));
    }
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < 150; row++) {
      List<Object> values = new ArrayList<>();
      for (String type : SPARK_TYPES.keySet()) {
        values.add(number(type, random, least, most, fraction));
        for (int array = 0; array < 2; array++) {
          Object[] elements = new Object[6];
          Arrays.setAll(elements, i -> number(type, random, least, most, fraction));
          values.add(elements);
        }
      }
      rows.add(RowFactory.create(values.toArray()));
    }
    List<Column> columns = new ArrayList<>();
    for (String type : SPARK_TYPES.keySet()) {
      for (DataType tensor : wanted) {
        String name = type + " " + tensor;
        columns.add(column(name, type, tensor, Column.Kind.NUMBER));
        columns.add(column("a " + name, "a " + type, tensor, Column.Kind.ARRAY, 2, 3));
        columns.add(column("n " + name, "n " + type, tensor, Column.Kind.ARRAY, 6));
      }
    }
    assertSameBatches(
        spark.createDataFrame(
            new JavaSparkContext(spark.sparkContext()).parallelize(rows, 2), schema),
        columns);
  }

  private static void assertSameBatches(Dataset<Row> rows, List<Column> columns) {
    List<DataBatch> bulk = batches(reader(rows, columns, 70, "blocks.bulk", "true").read());
    List<DataBatch> rowWise = batches(reader(rows, columns, 70, "blocks.bulk", "false").read());
    assertThat(bulk).hasSameSizeAs(rowWise);
    for (int batch = 0; batch < bulk.size(); batch++) {
      assertThat(bulk.get(batch).firstRow()).isEqualTo(rowWise.get(batch).firstRow());
      for (int column = 0; column < columns.size(); column++) {
        assertThat(bulk.get(batch).arrays().get(column).bytes())
            .as("%s", rowWise.get(batch).arrays().get(column))
            .isEqualTo(rowWise.get(batch).arrays().get(column).bytes());
      }
    }
    assertThat(bulk).isEqualTo(rowWise);
  }

  private static Object number(String type, Random random, int least, int most, double fraction) {
    int whole = least + random.nextInt(most - least + 1);
    return switch (type) {
      case "tinyint" -> (byte) whole;
      case "smallint" -> (short) whole;
      case "int" -> whole;
      case "bigint" -> (long) whole;
      case "float" -> (float) (whole + fraction);
      case "double" -> whole + fraction;
      case "decimal" -> BigDecimal.valueOf(whole + fraction);
      default -> random.nextBoolean();
    };
  }

  /** What is said about these columns; empty if they are read. */
  private static String errorOf(Dataset<Row> rows, List<Column> columns, boolean bulk) {
    try {
      batches(reader(rows, columns, 4, "blocks.bulk", Boolean.toString(bulk)).read());
      return "";
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      @Nullable Throwable told = e;
      String message = "";
      while (told != null) {
        message = "" + told.getMessage();
        told = told.getCause();
      }
      return message;
    }
  }

  private static DatasetReader reader(
      Dataset<Row> rows, List<Column> columns, int batchSize, String key, String value) {
    SparkConf conf = new SparkConf(false).set("spark.ostinato." + key, value);
    if (!key.equals("blocks.store")) {
      conf.set("spark.ostinato.blocks.store", "0");
    }
    conf.set("spark.ostinato.evaluations.fitTasks", "false");
    String[] selected = columns.stream().map(c -> "`" + c.column() + "`").toArray(String[]::new);
    return new DatasetReader(
        rows.selectExpr(selected),
        new ColumnsDecoder(new ArrayList<>(columns)),
        OstinatoSettings.of(conf),
        batchSize,
        DataSelection.ALL_ROWS,
        BadRows.fail());
  }

  private static List<DataBatch> batches(PreparedDataset dataset) {
    return dataset.batches().collect().stream()
        .map(batch -> batch.inDataset(dataset.partitionStarts()))
        .toList();
  }

  private static Column column(
      String name, String column, DataType type, Column.Kind kind, long... shape) {
    return new Column(name, column, type, shape, kind);
  }

  private static <T> T logged(List<String> lines, Supplier<T> work) {
    Configurator.setLevel(SparkDataset.class.getName(), Level.INFO);
    Logger logger = (Logger) LogManager.getLogger(SparkDataset.class);
    AbstractAppender appender =
        new AbstractAppender("lines", null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            lines.add(event.getMessage().getFormattedMessage());
          }
        };
    appender.start();
    logger.addAppender(appender);
    try {
      return work.get();
    } finally {
      logger.removeAppender(appender);
    }
  }
}
