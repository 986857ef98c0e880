package io.ostinato.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReportCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @Test
  void thePageOfARunIsInItsFolder() throws IOException {
    Path run = run("one", 0.5);
    Files.writeString(run.resolve("config.yaml"), "seed: 3\n");
    Files.writeString(run.resolve("report.html"), "an older one");
    assertThat(report(run.toString())).as(err.toString()).isZero();
    assertThat(out.toString().strip()).isEqualTo("The report is in " + run + "/report.html");
    assertThat(Files.readString(run.resolve("report.html")))
        .contains("<title>Run one</title>", "\"key\":\"accuracy/test\"", "seed: 3");
  }

  @Test
  void severalRunsAreComparedInAFileOfTheirOwn() throws IOException {
    Path page = folder.resolve("two.html");
    String asUri = run("two", 0.7).toUri().toString();
    assertThat(report(run("one", 0.5).toString(), asUri, "--output", page.toString()))
        .as(err.toString())
        .isZero();
    assertThat(Files.readString(page))
        .contains("<title>Comparison of 2 runs</title>", "\"id\":\"one\"", "\"id\":\"two\"");
    assertThat(folder.resolve("one/report.html")).doesNotExist();
  }

  @Test
  void checkpointsElsewhereAreFound() throws IOException {
    Path run = run("one", 0.5);
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    Files.writeString(
        run.resolve("run.json"),
        """
        {"kind":"training","started":"2026-11-23T12:00:00Z","resumed":[],"about":{},"versions":{},
         "parameters":{},"directions":{},"checkpoints":"%s"}
        """
            .formatted(elsewhere));
    Files.writeString(
        elsewhere.resolve("E1_U1_S1.safetensors"), "x"); // of no use without its sidecar
    assertThat(report(run.toString())).as(err.toString()).isZero();
    assertThat(Files.readString(run.resolve("report.html"))).contains("\"checkpoint\":\"\"");
  }

  @Test
  void whatIsNoRunIsRefusedWithARemedy() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertThat(report(empty.toString())).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "'%s' is not the folder of a run: it has no metrics.jsonl; give a folder such as"
                    .formatted(empty)
                + " runs/20261124-120000-000");
    assertThat(report(run("one", 0.5).toString(), "--output", folder + "/.hidden")).isEqualTo(2);
    assertThat(err.toString()).contains("--output: '.hidden' can't name a file of a run");
    assertThat(report()).isEqualTo(2);
  }

  private Path run(String name, double accuracy) throws IOException {
    Path run = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        run.resolve("metrics.jsonl"),
        """
        {"iteration":"E1_U1_S1","epoch":1,"update":1,"sample":1,"time":"2026-11-23T12:00:00Z",\
        "metrics":{"accuracy/test":%s}}
        """
            .formatted(accuracy));
    return run;
  }

  private int report(String... arguments) {
    return new CommandLine(new ReportCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
