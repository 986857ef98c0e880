package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.RandomAccessDataset;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.spark.TestSpark;
import io.ostinato.training.TrainingResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
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
    try (URLClassLoader loader = classes();
        SparkSession spark = with(loader, () -> TestSpark.local(Map.of()));
        NDManager manager = Engine.getInstance().newBaseManager()) {
      TrainingResult result = with(loader, () -> train(loader, spark, manager));
      assertThat(result.end()).hasToString("E10_U20_S1280");
      assertThat(Files.readAllLines(result.folder().resolve("metrics.jsonl")))
          .hasSize(11)
          .filteredOn(line -> line.contains("\"metrics\":{\"accuracy/test\":"))
          .hasSize(10);
      delete(result.folder());
    }
  }

  @Test
  void aBlockOfOnesOwnIsTrainedFromTheFile() throws Exception {
    String digits;
    try (SparkSession spark = TestSpark.local(Map.of())) {
      digits = digits(spark, 150);
    }
    String yaml = firstOf("```yaml\n(.*?)```").replace("digits.parquet", digits);
    Path run = Files.writeString(folder.resolve("run.yaml"), yaml);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    try (URLClassLoader loader = classes()) {
      String[] command = {
        "train", run.toString(), "--set", "output=" + folder.resolve("runs"), "--set", "run_id=own"
      };
      int code =
          with(
              loader,
              () -> Main.run(new PrintWriter(out, true), new PrintWriter(err, true), command));
      assertThat(code).as(err.toString()).isZero();
    }
    List<JsonObject> metrics =
        Files.readAllLines(folder.resolve("runs/own/metrics.jsonl")).stream()
            .map(line -> JsonParser.parseString(line).getAsJsonObject().getAsJsonObject("metrics"))
            .filter(each -> each.has("accuracy/test"))
            .toList();
    assertThat(metrics)
        .extracting(each -> each.get("learning_rate/halved").getAsFloat())
        .containsExactly(5e-4f, 2.5e-4f);
    assertThat(metrics)
        .allSatisfy(
            each ->
                assertThat(each.get("nearest_neighbour/test").getAsDouble()).isBetween(0.0, 1.0));
  }

  @Test
  void versionsAndOptionsAreThoseOfTheBuild() throws IOException {
    Map<String, String> properties = properties();
    Map<String, String> versions = new HashMap<>();
    Pattern.compile("<artifactId>([^<]+)</artifactId>\\s*<version>([^<]+)</version>")
        .matcher(firstOf("```xml\n(.*?)```"))
        .results()
        .forEach(each -> versions.put(each.group(1), each.group(2)));
    String djl = properties.getOrDefault("djl.version", "");
    String pytorch = properties.getOrDefault("pytorch.version", "");
    assertThat(versions)
        .containsOnly(
            Map.entry("spark-plugin", properties.getOrDefault("version", "")),
            Map.entry("pytorch-engine", djl),
            Map.entry("pytorch-jni", pytorch + "-" + djl),
            Map.entry("pytorch-native-cpu", pytorch));
    assertThat(firstOf("```\n(--add-opens.*?)```").split("\\s+"))
        .containsAll(
            Stream.of(properties.getOrDefault("spark.jvm.options", "").split("\\s+"))
                .filter(option -> !option.startsWith("-XX"))
                .toList());
  }

  private static Map<String, String> properties() throws IOException {
    Map<String, String> properties = new HashMap<>();
    Pattern.compile("<([\\w.-]+)>([^<]*)</\\1>")
        .matcher(Files.readString(Path.of("..", "pom.xml")))
        .results()
        .forEach(each -> properties.putIfAbsent(each.group(1), each.group(2)));
    return properties;
  }

  private static String firstOf(String pattern) throws IOException {
    Matcher block = Pattern.compile(pattern, Pattern.DOTALL).matcher(Files.readString(README));
    assertThat(block.find()).as(pattern).isTrue();
    return block.group(1);
  }

  private URLClassLoader classes() throws IOException {
    return new URLClassLoader(
        new URL[] {compiled().toUri().toURL()}, ReadmeTest.class.getClassLoader());
  }

  private static <T> T with(ClassLoader loader, Callable<T> work) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return work.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private TrainingResult train(ClassLoader loader, SparkSession spark, NDManager manager)
      throws ReflectiveOperationException {
    String parquet = digits(spark, 30);
    RandomAccessDataset trainSet =
        new ArrayDataset.Builder()
            .setData(manager.randomNormal(new Shape(150, 1, 8, 8)))
            .optLabels(manager.create(new Random(2).longs(150, 0, 10).toArray()))
            .setSampling(1, false)
            .build();
    return (TrainingResult)
        loader
            .loadClass("com.example.TrainDigits")
            .getMethod("train", SparkSession.class, RandomAccessDataset.class, String.class)
            .invoke(null, spark, trainSet, parquet);
  }

  private String digits(SparkSession spark, int count) {
    String parquet = folder.resolve("digits.parquet").toString();
    Random random = new Random(1);
    List<Row> rows = IntStream.range(0, count).mapToObj(i -> row(random)).toList();
    spark
        .createDataFrame(
            new JavaSparkContext(spark.sparkContext()).parallelize(rows, 2),
            new StructType()
                .add("pixels", DataTypes.createArrayType(DataTypes.FloatType))
                .add("label", DataTypes.LongType))
        .write()
        .parquet(parquet);
    return parquet;
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
    assertThat(files).hasSize(5);
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
