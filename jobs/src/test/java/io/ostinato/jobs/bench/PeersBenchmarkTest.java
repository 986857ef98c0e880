package io.ostinato.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark35")
class PeersBenchmarkTest {
  @TempDir Path output;

  @Test
  void withoutPythonTheOthersAreMeasuredAndAgree() throws Exception {
    Path none = output.resolve("python");
    List<Figure> figures =
        new PeersBenchmark(
                output,
                output,
                new PeersBenchmark.Options(none.toString(), List.of(300), List.of(1), 200, 5, 1, 0))
            .run();
    assertThat(figures).extracting(Figure::name).containsExactly("peers.djl_mappartitions");
    String report = Files.readString(output.resolve("peers").resolve("peers.md"));
    assertThat(report)
        .containsPattern("\\| Ostinato \\| \\d+\\.\\d{3} \\| – \\| 1.00 \\|")
        .containsPattern("\\| DJL, `mapPartitions` \\| \\d+\\.\\d{3} \\| – \\| \\d+\\.\\d\\d \\|")
        .contains(
            "300 rows, rounds: 1",
            "| rows | 300 |",
            "| MB of weights | 1 |",
            "Not measured:",
            ("- PyTorch alone; Lightning, in memory; Lightning, two workers; `predict_batch_udf`; Ray"
                    + " Data, tasks; Ray Data, actors: no Python: -Dbench.python=%s isn't an executable file; expected a"
                    + " Python with the packages of")
                .formatted(none));
    assertThat(report.split("Not measured:")[1]).doesNotContain("Ostinato:", "DJL, ");
    assertThat(output.resolve("peers").resolve("peers-rows.svg")).content().contains("Ostinato");
    assertThat(output.resolve("peers").resolve("peers-model.svg")).content().contains("<svg");
  }
}
