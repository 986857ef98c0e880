package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs of modules by name on the command line. */
class InputNamesTest {
  @TempDir static Path folder;
  private static Path data = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void writeRows() {
    data = folder.resolve("rows.parquet");
    try (SparkSession spark = TestSpark.local(Map.of())) {
      spark
          .range(20)
          .selectExpr(
              "cast(id as float) as a",
              "cast(id % 3 as float) as b",
              "cast(2 * id + 200 * (id % 3) as float) as encoded",
              "cast(id - 10 * (id % 3) as float) as difference")
          .write()
          .parquet(data.toString());
    }
  }

  @Test
  void optionalInputsAreLeftOut() throws IOException {
    assertThat(error("encoder", "encoded", "--model-inputs=ids,types", "a", "b")).isZero();
    assertThat(error("encoder", "encoded", "--model-inputs=types,ids", "b", "a")).isZero();
    assertThat(error("encoder", "encoded", "--model-inputs=ids,mask", "a", "b")).isPositive();
  }

  @Test
  void dictsListsAndTuplesGetAllInputs() throws IOException {
    assertThat(error("dict", "difference", "", "b", "a")).isZero();
    assertThat(error("dict", "difference", "--model-inputs=a,b", "a", "b")).isZero();
    assertThat(error("dict", "difference", "--model-inputs=batch.a,batch.b", "a", "b")).isZero();
    assertThat(error("list", "difference", "", "a", "b")).isZero();
    assertThat(error("tuple", "difference", "", "a", "b")).isZero();
    assertThat(error("tuple", "difference", "--model-inputs=pair.1,pair.0", "b", "a")).isZero();
  }

  @Test
  void namesThatDontFitAreToldBeforeAnythingRuns() throws IOException {
    assertThat(evaluate("encoder", "encoded", "--model-inputs=ids", "a", "b")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--model-inputs 'ids' has 1 names for the 2 inputs of --input: a, b");
    assertThat(evaluate("encoder", "encoded", "--model-inputs=ids,ids", "a", "b")).isEqualTo(2);
    assertThat(err.toString()).contains("'ids,ids': each input needs a name of its own");
  }

  @Test
  void namesThatTheModuleHasNotAreToldWithThoseItHas() throws IOException {
    assertThat(evaluate("encoder", "encoded", "--model-inputs=ids,tokens", "a", "b")).isEqualTo(1);
    assertThat(err.toString())
        .hasLineCount(1)
        .contains("the module has no input 'tokens'; it takes (ids: Tensor, mask: ")
        .contains("; given: ids, tokens");
  }

  private double error(String module, String label, String names, String... inputs)
      throws IOException {
    assertThat(evaluate(module, label, names, inputs)).as(err.toString()).isZero();
    return JsonParser.parseString(out.toString())
        .getAsJsonObject()
        .getAsJsonObject("metrics")
        .get("mse")
        .getAsDouble();
  }

  private int evaluate(String module, String label, String names, String... inputs)
      throws IOException {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Path model = TorchFixtures.copy("/inputs/" + module + ".pt", folder.resolve(module + ".pt"));
    List<String> all =
        new ArrayList<>(
            List.of(
                "evaluate",
                "--model=" + model,
                "--data=" + data,
                "--label=" + label + ":float32",
                "--metric=mse",
                "--format=json"));
    for (String input : inputs) {
      all.add("--input=" + input + ":float32");
    }
    if (!names.isEmpty()) {
      all.add(names);
    }
    return Main.run(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }
}
