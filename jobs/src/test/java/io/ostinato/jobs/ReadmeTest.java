package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.RandomAccessDataset;
import io.ostinato.spark.TestSpark;
import io.ostinato.training.TrainingResult;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's code, compiled and run as a user would. */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CLASS_NAME = Pattern.compile("public final class (\\w+)");
  @TempDir Path folder;

  @Test
  void theCodeCompilesAndTrains() throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {compiled().toUri().toURL()}, getClass().getClassLoader())) {
      Thread thread = Thread.currentThread();
      ClassLoader before = thread.getContextClassLoader();
      thread.setContextClassLoader(loader);
      try (SparkSession spark = TestSpark.local(Map.of());
          NDManager manager = Engine.getInstance().newBaseManager()) {
        TrainingResult result = train(loader, spark, manager);
        assertThat(result.end()).hasToString("E10_U20_S1280");
        assertThat(Files.readAllLines(result.folder().resolve("metrics.jsonl")))
            .hasSize(11)
            .filteredOn(line -> line.contains("\"metrics\":{\"accuracy/test\":"))
            .hasSize(10);
        delete(result.folder());
      } finally {
        thread.setContextClassLoader(before);
      }
    }
  }

  private TrainingResult train(ClassLoader loader, SparkSession spark, NDManager manager)
      throws ReflectiveOperationException {
    String parquet = folder.resolve("digits.parquet").toString();
    Random random = new Random(1);
    List<Row> rows = IntStream.range(0, 30).mapToObj(i -> row(random)).toList();
    spark
        .createDataFrame(
            new JavaSparkContext(spark.sparkContext()).parallelize(rows, 2),
            new StructType()
                .add("pixels", DataTypes.createArrayType(DataTypes.FloatType))
                .add("label", DataTypes.LongType))
        .write()
        .parquet(parquet);
    RandomAccessDataset trainSet =
        new ArrayDataset.Builder()
            .setData(manager.randomNormal(new Shape(150, 1, 8, 8)))
            .optLabels(manager.create(random.longs(150, 0, 10).toArray()))
            .setSampling(1, false)
            .build();
    return (TrainingResult)
        loader
            .loadClass("TrainDigits")
            .getMethod("train", SparkSession.class, RandomAccessDataset.class, String.class)
            .invoke(null, spark, trainSet, parquet);
  }

  private static Row row(Random random) {
    Float[] pixels = IntStream.range(0, 64).mapToObj(i -> random.nextFloat()).toArray(Float[]::new);
    return RowFactory.create(pixels, (long) random.nextInt(10));
  }

  private Path compiled() throws IOException {
    Path sources = Files.createDirectory(folder.resolve("sources"));
    Path classes = Files.createDirectory(folder.resolve("classes"));
    List<Path> files = new ArrayList<>();
    for (Matcher code = JAVA.matcher(Files.readString(README)); code.find(); ) {
      Matcher name = CLASS_NAME.matcher(code.group(1));
      assertThat(name.find()).as(code.group(1)).isTrue();
      files.add(Files.writeString(sources.resolve(name.group(1) + ".java"), code.group(1)));
    }
    assertThat(files).hasSize(2);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    boolean success =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path")),
                null,
                compiler
                    .getStandardFileManager(null, null, null)
                    .getJavaFileObjectsFromPaths(files))
            .call();
    assertThat(success).as(messages.toString()).isTrue();
    return classes;
  }

  private static void delete(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
