package io.ostinato.jobs.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.spark.TestSpark;
import io.ostinato.weights.HostArray;
import java.io.IOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetSpecTest {
  @TempDir Path folder;

  @Test
  void aColumnIsReadWithItsTypeAndShape() {
    assertThat(tensor("pixels:float32:1,8,8"))
        .isEqualTo(new TensorSpec("pixels", DataType.FLOAT32, List.of(1L, 8L, 8L)));
    assertThat(tensor("label:int64")).isEqualTo(new TensorSpec("label", DataType.INT64, List.of()));
    assertThat(tensor("a:b:int8:3")).isEqualTo(new TensorSpec("a:b", DataType.INT8, List.of(3L)));
  }

  @Test
  void whatIsNoColumnIsRefusedWithTheForm() {
    refuses("pixels", "expected column:type or column:type:shape");
    refuses("pixels:", "expected column:type");
    refuses("pixels:floot", "'floot' is not a data type; use one of float32");
    refuses("pixels:floot:3", "'floot' is not a data type");
    refuses(":float32", "the column is missing");
    refuses("pixels:float32:0", "'0' is not a valid shape");
    refuses("pixels:float32:1,,2", "'1,,2' is not a valid shape");
    refuses("pixels:float32:-1", "'-1' is not a valid shape");
  }

  @Test
  void theNameOfAPathTellsTheFormat() {
    assertThat(source("a/b.csv").formatOrGuess()).isEqualTo("csv");
    assertThat(source("a/b.JSONL.gz").formatOrGuess()).isEqualTo("json");
    assertThat(source("a/b.orc/").formatOrGuess()).isEqualTo("orc");
    assertThat(source("a.csv/b").formatOrGuess()).isEqualTo("parquet");
    assertThat(DataSource.ENDINGS.split("(, | or )"))
        .hasSize(5)
        .allSatisfy(
            ending -> assertThat(source("a" + ending).formatOrGuess()).isNotEqualTo("parquet"));
    assertThat(new DataSource("b.csv", "delta", Map.of(), "", "").formatOrGuess())
        .isEqualTo("delta");
  }

  @Test
  void allThatIsWrongIsToldTogether() {
    TensorSpec label = tensor("label:int64");
    assertThat(spec(source(""), List.of(), List.of()).mistakes()).hasSize(2);
    assertThat(spec(source("a"), List.of(label), List.of(label)).mistakes())
        .containsExactly("the column 'label' is given twice");
    assertThat(
            spec(
                    new DataSource("a.parquet", "", Map.of(), "", "SELECT 1 AS x"),
                    List.of(label),
                    List.of())
                .mistakes())
        .containsExactly(
            "the query doesn't use {data}, so 'a.parquet' would not be read; remove one of"
                + " them");
  }

  @Test
  void whatPredictionsCantHaveBesideThemIsToldTogether() {
    TensorSpec id = tensor("id:int64");
    TensorSpec label = tensor("label:int64");
    assertThat(mistakesOfKept(label, id)).isEmpty();
    assertThat(
            mistakesOfKept(
                id,
                tensor("ID:int64"),
                tensor("Row:int64"),
                tensor("outputs_1:float32"),
                tensor("half:float16"),
                tensor("label:int32")))
        .containsExactly(
            "the column 'label' is given twice",
            "the column 'ID' is kept twice",
            "the column 'Row' can't be kept, since predictions have a column of that name;"
                + " rename it in --sql",
            "the column 'outputs_1' can't be kept, since predictions have a column of that name;"
                + " rename it in --sql",
            "the column 'half' can't be kept as float16; use one of float32, float64, uint8, int32,"
                + " int8, int64, boolean");
  }

  private static List<String> mistakesOfKept(TensorSpec... kept) {
    return new DatasetSpec(
            source("a"),
            List.of(tensor("x:float32")),
            List.of(tensor("label:int64")),
            List.of(kept),
            List.of())
        .mistakes();
  }

  @Test
  void textIsReadWithTheTypesItHasAndQueriesShapeIt() throws IOException {
    Path csv = Files.writeString(folder.resolve("rows.csv"), "a,b,label\n1.5,2,0\n3,4.5,1\n");
    DataSource source =
        new DataSource(
            csv.toString(), "", Map.of(), "", "SELECT array(a, b) AS x, label AS y FROM {data}");
    DatasetSpec spec = spec(source, List.of(tensor("x:float32:2")), List.of(tensor("y:int64")));
    try (SparkSession spark = TestSpark.local(Map.of())) {
      assertThat(spec.open(spark).rows()).isEqualTo(2);
      DataSource wrong = new DataSource("", "", Map.of(), "", "SELEC 1");
      assertThatThrownBy(() -> wrong.rows(spark))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("can't read the query SELEC 1: ")
          .message()
          .hasLineCount(1);
    }
  }

  @Test
  void aSchemaGivesTheTypesWithoutReadingTheData() throws IOException {
    Path json = Files.writeString(folder.resolve("rows.json"), "{\"x\": [1, 2], \"y\": 3}\n");
    Path csv = Files.writeString(folder.resolve("rows.csv"), "x,label\n0.5,3\n");
    try (SparkSession spark = TestSpark.local(Map.of())) {
      Dataset<Row> rows = withSchema(json, "y bigint, x array<float>", "").rows(spark);
      assertThat(rows.schema().toDDL()).isEqualTo("y BIGINT,x ARRAY<FLOAT>");
      assertThat(rows.first()).extracting(row -> row.getList(1)).isEqualTo(List.of(1f, 2f));
      assertThat(withSchema(csv, "x float, label bigint", "").rows(spark).first())
          .hasToString("[0.5,3]");
      Dataset<Row> swapped = withSchema(csv, "label float, x float", "").rows(spark);
      assertThatThrownBy(swapped::first)
          .as("never by position")
          .hasStackTraceContaining("CSV header does not conform to the schema");
    }
  }

  @Test
  void aSchemaThatCanNotBeUsedIsToldBeforeAnythingIsRead() {
    assertThat(withSchema(Path.of("a.json"), "pixels arry<float>", "").mistake().orElse(""))
        .startsWith("the schema 'pixels arry<float>' is invalid (")
        .endsWith("); write columns and types as in 'pixels array<float>, label bigint'")
        .hasLineCount(1);
    assertThat(new DataSource("", "", Map.of(), "x int", "SELECT 1 AS x").mistake())
        .contains(
            "the query doesn't use {data}, so the schema 'x int' would not be used; remove one of"
                + " them");
  }

  private static DataSource withSchema(Path data, String schema, String sql) {
    return new DataSource(data.toString(), "", Map.of(), schema, sql);
  }

  @Test
  void namesWithColonsThatSparkCantReadAreToldInOneLine() throws IOException {
    Path csv = Files.writeString(folder.resolve("a:b.csv"), "a,label\n1.5,0\n");
    Path here = Files.createFile(Path.of("here:" + folder.getFileName() + ".csv"));
    String cant = " as csv: Spark can't read files with a colon in their names; rename it";
    try (SparkSession spark = TestSpark.local(Map.of())) {
      refusesToRead(spark, csv.toString(), cant);
      refusesToRead(spark, csv.toUri().toString(), cant);
      refusesToRead(spark, here.toString(), cant);
      refusesToRead(
          spark,
          "a:b.csv",
          ": there is no such file on this machine, and 'a' is not a file system that Hadoop"
              + " supports");
      refusesToRead(spark, "hdf://a/b.csv", ": No FileSystem for scheme \"hdf\"");
    } finally {
      Files.delete(here);
    }
  }

  @Test
  void aFileWhoseNameIsAPatternIsThatFile() throws IOException {
    Files.writeString(folder.resolve("rows1.csv"), "a,label\n1.5,0\n2.5,1\n");
    Path named = Files.writeString(folder.resolve("rows[1].csv"), "a,label\n1.5,0\n");
    Path braces = Files.writeString(folder.resolve("rows{d}.csv"), "a,label\n1.5,0\n");
    try (SparkSession spark = TestSpark.local(Map.of())) {
      assertThat(source(named.toString()).rows(spark).count()).isEqualTo(1);
      assertThat(source(braces.toString()).rows(spark).count()).isEqualTo(1);
      assertThat(as("csv", named).rows(spark).count()).isEqualTo(1);
      assertThat(as("CSV", braces).rows(spark).count()).isEqualTo(1);
      assertThat(as("text", named).rows(spark).count()).isEqualTo(2);
      Path odd = folder.resolve("rows[1].of");
      Files.copy(named, odd);
      assertThat(as("csv", odd).rows(spark).count()).isEqualTo(1);
      Files.delete(named);
      assertThat(as("csv", named).rows(spark).count()).as("a pattern").isEqualTo(2);
      assertThat(source(named.toString()).rows(spark).count()).as("a pattern").isEqualTo(2);
    }
  }

  private static DataSource as(String format, Path path) {
    return new DataSource(path.toString(), format, Map.of(), "", "");
  }

  private static void refusesToRead(SparkSession spark, String path, String why) {
    assertThatThrownBy(() -> source(path).rows(spark))
        .isInstanceOf(DataException.class)
        .hasMessage("can't read '" + path + "'" + why);
  }

  @Test
  void theQueryOfTheDocsMakesPixelsOfDigits() throws Exception {
    String docs = Files.readString(Path.of("..", "docs", "evaluate.md"));
    Matcher example =
        Pattern.compile(
                "--data digits.csv --data-option (\\S+)=(\\S+) .*?--sql \"(.*?)\" .*?"
                    + "--input (\\S+) --label (\\S+)",
                Pattern.DOTALL)
            .matcher(docs);
    assertThat(example.find()).isTrue();
    URL digits = DataSource.class.getResource("/io/ostinato/jobs/quickstart/digits.csv");
    String path = Path.of(Objects.requireNonNull(digits).toURI()).toString();
    Map<String, String> options = Map.of(example.group(1), example.group(2));
    DatasetSpec spec =
        spec(
            new DataSource(path, "", options, "", example.group(3)),
            List.of(tensor(example.group(4))),
            List.of(TensorSpec.parse("--label", example.group(5))));
    try (SparkSession spark = TestSpark.local(Map.of());
        Stream<DataBatch> batches = spec.open(spark).batches(2000)) {
      DataBatch batch = batches.findFirst().orElseThrow();
      List<HostArray> arrays = batch.arrays();
      assertThat(arrays.get(0).shape()).isEqualTo(new Shape(1797, 1, 8, 8));
      FloatBuffer pixels = littleEndian(arrays.get(0)).asFloatBuffer();
      LongBuffer labels = littleEndian(arrays.get(1)).asLongBuffer();
      List<String> lines = Files.readAllLines(Path.of(path));
      for (int row = 0; row < 1797; row++) {
        String[] values = lines.get(row).split(",");
        for (int i = 0; i < 64; i++) {
          assertThat(pixels.get(64 * row + i)).isEqualTo(Float.parseFloat(values[i]));
        }
        assertThat(labels.get(row)).isEqualTo(Long.parseLong(values[64]));
      }
    }
  }

  private static ByteBuffer littleEndian(HostArray array) {
    return ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void refuses(String text, String part) {
    assertThatThrownBy(() -> tensor(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("--input " + text + ": ")
        .hasMessageContaining(part);
  }

  private static TensorSpec tensor(String text) {
    return TensorSpec.parse("--input", text);
  }

  private static DatasetSpec spec(
      DataSource source, List<TensorSpec> inputs, List<TensorSpec> labels) {
    return new DatasetSpec(source, inputs, labels, List.of(), List.of());
  }

  private static DataSource source(String path) {
    return new DataSource(path, "", Map.of(), "", "");
  }
}
