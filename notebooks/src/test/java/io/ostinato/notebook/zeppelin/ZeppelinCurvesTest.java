package io.ostinato.notebook.zeppelin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.notebook.zeppelin.ZeppelinNote.Output;
import io.ostinato.progress.HandClock;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.zeppelin.interpreter.InterpreterContext;
import org.apache.zeppelin.interpreter.InterpreterOutput;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZeppelinCurvesTest {
  private static final List<String> KEYS = List.of("accuracy/test", "log_loss/test");

  private final HandClock clock = new HandClock();

  @TempDir Path folder;

  @AfterEach
  void leaveTheParagraph() {
    InterpreterContext.remove();
  }

  private ZeppelinCurves curves(Paragraph paragraph) {
    return new ZeppelinCurves(KEYS, MetricProperties.defaults(), paragraph, clock);
  }

  private RunInfo run() {
    return new RunInfo("a", folder, Map.of());
  }

  private static MetricsRecord record(int update, double accuracy) {
    return new MetricsRecord(
        new TrainingIteration(1, update, update),
        Instant.EPOCH,
        Map.of("accuracy/test", accuracy, "log_loss/test", 1 - accuracy));
  }

  @Test
  void inZeppelinTheyReplaceWhatTheParagraphShows() throws IOException {
    InterpreterOutput output = new InterpreterOutput(null);
    InterpreterContext.set(InterpreterContext.builder().setInterpreterOut(output).build());
    ZeppelinCurves curves = curves(Paragraph.running());
    curves.start(run());
    clock.pass(Duration.ofSeconds(1));
    curves.log(record(1, 0.5));
    assertThat(ZeppelinNote.outputs(output)).singleElement().satisfies(this::isHtml);
    assertThat(ZeppelinNote.outputs(output).get(0).data()).contains("a: best 0.5 at 1 updates");
    curves.log(record(2, 0.75));
    curves.close();
    assertThat(ZeppelinNote.outputs(output)).singleElement().satisfies(this::isHtml);
    assertThat(ZeppelinNote.outputs(output).get(0).data())
        .contains("a: best 0.75 at 2 updates", "a: best 0.25 at 2 updates")
        .doesNotContain("best 0.5 at");
  }

  private void isHtml(Output output) {
    assertThat(output.type()).isEqualTo("HTML");
    assertThat(output.data().split("<svg ", -1)).hasSize(KEYS.size() + 1);
  }

  @Test
  void withoutZeppelinTheyArePrintedAtTheEnd() throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ZeppelinCurves curves =
        curves(new Paragraph.Printed(new PrintStream(printed, false, StandardCharsets.UTF_8)));
    curves.start(run());
    curves.log(record(1, 0.5));
    assertThat(printed.size()).isZero();
    curves.close();
    String text = printed.toString(StandardCharsets.UTF_8);
    assertThat(ZeppelinNote.outputs(text)).singleElement().satisfies(this::isHtml);
    assertThat(text).contains("a: best 0.5 at 1 updates");
  }
}
