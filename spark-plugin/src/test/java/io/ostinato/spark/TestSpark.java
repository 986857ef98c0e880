package io.ostinato.spark;

import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.model.TorchModules;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.image.ImageConverter;
import io.ostinato.spark.image.ImageFixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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

/** Sessions and datasets of the tests. */
public final class TestSpark {
  private TestSpark() {}

  /** In this process, on two threads. */
  public static SparkSession local(Map<String, String> conf) {
    return start("local[2]", conf);
  }

  /** In this process, on the threads of this master. */
  public static SparkSession local(String master, Map<String, String> conf) {
    return start(master, conf);
  }

  /** With two executors that are processes of their own, of one core each. */
  public static SparkSession localCluster(Map<String, String> conf) {
    return cluster("local-cluster[2,1,1024]", "", conf);
  }

  /** With executors that are processes of their own, which have this option more. */
  public static SparkSession cluster(String master, String option, Map<String, String> conf) {
    try {
      Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> all = new HashMap<>(conf);
    all.put("spark.executor.extraJavaOptions", (executorOptions() + " " + option).trim());
    return start(master, all);
  }

  private static SparkSession start(String master, Map<String, String> conf) {
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(master)
            .appName("ostinato-tests")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config("spark.executor.extraJavaOptions", executorOptions());
    conf.forEach(builder::config);
    return builder.getOrCreate();
  }

  /** What the build gives this process, for executors. */
  private static String executorOptions() {
    return Stream.concat(
            TestJvm.shortLivedOptions().stream(),
            Stream.of(
                    "ai.djl.offline",
                    "ai.djl.pytorch.num_threads",
                    "ai.djl.pytorch.num_interop_threads")
                .map(key -> "-D%s=%s".formatted(key, System.getProperty(key))))
        .collect(Collectors.joining(" "));
  }

  /** {@link GeneratedRows} in partitions of these sizes: x array of float, class bigint. */
  public static Dataset<Row> generatedRows(SparkSession spark, int... partitions) {
    int[] starts = new int[partitions.length];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + partitions[i - 1];
    }
    JavaRDD<Row> rows =
        new JavaSparkContext(spark.sparkContext())
            .parallelize(IntStream.range(0, partitions.length).boxed().toList(), partitions.length)
            .flatMap(
                partition ->
                    IntStream.range(starts[partition], starts[partition] + partitions[partition])
                        .mapToObj(TestSpark::generatedRow)
                        .iterator());
    return spark.createDataFrame(
        rows,
        new StructType()
            .add("x", DataTypes.createArrayType(DataTypes.FloatType))
            .add("class", DataTypes.LongType));
  }

  /** {@link #generatedRows} with its columns. */
  public static SparkDataset generated(SparkSession spark, int... partitions) {
    return SparkDataset.of(generatedRows(spark, partitions))
        .column("x", "x", DataType.FLOAT32, GeneratedRows.FEATURES)
        .column("class", "class", DataType.INT64);
  }

  /**
   * Rows 0 to 59 in four partitions, x of two features and class, of which 3, 17, 18 and 40 can't
   * be tensors: an array that is null, one that is too short, a null in an array, and a class that
   * is no whole number.
   */
  public static SparkDataset badRows(SparkSession spark) {
    return SparkDataset.of(
            spark
                .range(0, 60, 1, 4)
                .selectExpr(
                    "case when id = 3 then null when id = 17 then array(float(id))"
                        + " when id = 18 then array(float(id), null)"
                        + " else array(float(id), float(-id)) end as x",
                    "case when id = 40 then 0.5D else double(id) end as class"))
        .column("x", "x", DataType.FLOAT32, 2)
        .column("class", "class", DataType.INT64);
  }

  /** Images of 5 by 5 pixels in two partitions: x array of float. */
  public static SparkDataset images(SparkSession spark, float[][] images) {
    List<Row> rows = Arrays.stream(images).map(image -> RowFactory.create(boxed(image))).toList();
    JavaRDD<Row> rdd = new JavaSparkContext(spark.sparkContext()).parallelize(rows, 2);
    return SparkDataset.of(
            spark.createDataFrame(
                rdd, new StructType().add("x", DataTypes.createArrayType(DataTypes.FloatType))))
        .column("x", "x", DataType.FLOAT32, 1, 5, 5);
  }

  /** The rows of {@link TorchModules#probe}, again and again, in partitions: x of four features. */
  public static SparkDataset probes(SparkSession spark, int copies, int partitions) {
    float[] probe = TorchModules.probe();
    List<Row> rows =
        IntStream.range(0, copies * TorchModules.ROWS)
            .map(row -> row % TorchModules.ROWS * 4)
            .mapToObj(from -> RowFactory.create(boxed(Arrays.copyOfRange(probe, from, from + 4))))
            .toList();
    JavaRDD<Row> rdd = new JavaSparkContext(spark.sparkContext()).parallelize(rows, partitions);
    return SparkDataset.of(
            spark.createDataFrame(
                rdd, new StructType().add("x", DataTypes.createArrayType(DataTypes.FloatType))))
        .column("x", "x", DataType.FLOAT32, 4);
  }

  /** All {@linkplain ImageFixtures#picture pictures} in partitions: id, content and label. */
  public static Dataset<Row> pictureRows(SparkSession spark, int partitions) {
    List<Long> classes = ImageFixtures.classes();
    List<Row> rows =
        IntStream.range(0, ImageFixtures.PICTURES)
            .mapToObj(i -> RowFactory.create((long) i, ImageFixtures.picture(i), classes.get(i)))
            .toList();
    JavaRDD<Row> rdd = new JavaSparkContext(spark.sparkContext()).parallelize(rows, partitions);
    return spark.createDataFrame(
        rdd,
        new StructType()
            .add("id", DataTypes.LongType)
            .add("content", DataTypes.BinaryType)
            .add("label", DataTypes.LongType));
  }

  /** {@link #pictureRows} with the transforms of the fixtures: x of three channels. */
  public static SparkDataset pictures(SparkSession spark, int partitions) {
    return SparkDataset.of(pictureRows(spark, partitions))
        .column("content", ImageConverter.of("x", ImageFixtures.transforms()));
  }

  private static Row generatedRow(int row) {
    return RowFactory.create(boxed(GeneratedRows.x(row)), GeneratedRows.label(row));
  }

  private static Object boxed(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list.toArray(Float[]::new);
  }
}
