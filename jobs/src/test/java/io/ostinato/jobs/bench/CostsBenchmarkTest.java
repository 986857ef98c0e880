package io.ostinato.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.jobs.bench.CostCase.Data;
import io.ostinato.jobs.bench.CostCase.Net;
import io.ostinato.jobs.bench.CostCase.Returned;
import io.ostinato.jobs.bench.CostMeasurement.Use;
import io.ostinato.jobs.bench.CostSession.Cluster;
import io.ostinato.jobs.bench.CostSession.Length;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark35")
class CostsBenchmarkTest {
  @TempDir Path output;

  @Test
  void allCasesAreMeasuredAndTooFewAreNotFitted() {
    CostGrid few =
        new CostGrid(
            List.of(new Data(300, 4, 2), new Data(200, 4, 1)),
            List.of(1),
            List.of(8),
            List.of(
                new CostCase(new Data(300, 4, 2), new Net(4, 8, 1), Returned.INPUTS, Use.BEYOND)));
    CostsBenchmark.Options options =
        new CostsBenchmark.Options(
            "",
            few,
            List.of(new Cluster(1, 2, Use.FITTED)),
            new Length(0, 0, 1),
            (cluster, conf) -> BenchSpark.local(conf));
    List<String> lines = new ArrayList<>();
    assertThatThrownBy(() -> new CostsBenchmark(output, options).run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("2 measurements can't determine the coefficients of 11 terms");
    assertThat(output.resolve("costs").resolve("costs.csv"))
        .content()
        .satisfies(text -> lines.addAll(text.lines().toList()));
    assertThat(lines.get(0)).isEqualTo(CostMeasurement.HEADER);
    // The weights are those of layers of 8 units over 4 numbers, and a table of 1 MB.
    assertThat(lines.subList(1, lines.size()))
        .extracting(line -> line.replaceFirst("e-\\d+,", "F,").replaceAll("(,[^,]*){2}$", ""))
        .satisfiesExactly(
            one ->
                assertThat(one)
                    .matches("FITTED,300\\.000,24\\.0000,.*F,1\\.00023e\\+06,0\\.00000,2\\.0.*"),
            one ->
                assertThat(one)
                    .matches("FITTED,200\\.000,24\\.0000,.*F,1\\.00023e\\+06,.*,1\\.0.*"),
            one ->
                assertThat(one)
                    .matches("BEYOND,300\\.000,24\\.0000,.*F,1\\.00023e\\+06,24\\.0000,2\\.0.*"));
  }

  @Test
  void measurementsOfAFileAreFittedAndReported() throws Exception {
    List<String> lines = new ArrayList<>(List.of(CostMeasurement.HEADER));
    CostModelTest.measurements(CostModelTest.KNOWN, 60).forEach(one -> lines.add(one.csv()));
    Path file = Files.write(output.resolve("earlier.csv"), lines);
    List<Figure> figures =
        new CostsBenchmark(
                output,
                new CostsBenchmark.Options(
                    file.toString(),
                    CostGrid.standard(),
                    List.of(),
                    new Length(0, 0, 1),
                    (cluster, conf) -> unused()))
            .run();
    assertThat(figures).extracting(Figure::name).containsExactly("costs.held_out");
    assertThat(figures.get(0).value()).isLessThan(1e-3);
    assertThat(output.resolve("costs").resolve("costs.md"))
        .content()
        .startsWith("<!-- table: costs -->\n")
        .endsWith("<!-- end of table -->")
        .contains(
            "| launching a task | driver | 1.50 ms |",
            "| the forward, relative to its limit | executors | 1.05 × | – |",
            "| fitted | 40 | 0.0 % | 0 % |",
            "| held out | 20 | 0.0 % | 0 % |",
            "100 executors of 8 slots",
            "| 1,000 | 8,000 |");
    assertThat(output.resolve("costs").resolve("costs.svg")).content().contains("held out");
  }

  private static SparkSession unused() {
    throw new AssertionError("nothing is measured");
  }
}
