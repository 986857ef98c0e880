package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchSessionTest {
  @TempDir Path runs;
  private WatchLab lab;

  @BeforeEach
  void newLab() {
    lab = new WatchLab(runs.resolve("run"));
  }

  @Test
  void theLastValueIsThatOfTheNewestCheckpointWhereUpdatesBeginAnewInEveryEpoch()
      throws IOException {
    lab.write("epoch_1_step_900.pt", 0.7);
    lab.pace.pause(Duration.ofSeconds(5));
    lab.write("epoch_2_step_100.pt", 0.5);
    lab.session(runs, "run", Policy.EVERY, false);
    assertThat(last()).isEqualTo("0.5 at E2_U100_S0");
  }

  @Test
  void theLastValueIsThatOfTheHighestIterationWhereNamesTellIt() throws IOException {
    lab.write("step_900.pt", 0.7);
    lab.pace.pause(Duration.ofSeconds(5));
    lab.write("step_100.pt", 0.5);
    lab.session(runs, "run", Policy.EVERY, false);
    assertThat(last()).isEqualTo("0.7 at E0_U900_S0");
  }

  @Test
  void theLastValueIsThatOfTheLastModifiedWhateverWasEvaluatedLast() throws IOException {
    lab.write("a.pt", -1);
    lab.pace.pause(Duration.ofSeconds(5));
    lab.write("b.pt", 0.5);
    lab.session(runs, "run", Policy.EVERY, false);
    lab.values.replaceAll((file, value) -> file.name().equals("a.pt") ? "0.7" : value);
    lab.session(runs, "run", Policy.EVERY, true);
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("b.pt", "a.pt");
    assertThat(last()).isEqualTo("0.5 at E0_U2_S0");
  }

  @Test
  void whatIsRetriedIsEvaluatedThoughLatestHasEvaluatedANewerOne() {
    lab.write("step_1.pt", -1);
    lab.session(runs, "run", Policy.LATEST, false);
    lab.write("step_2.pt", 0.5);
    lab.session(runs, "run", Policy.LATEST, false);
    lab.values.replaceAll((file, value) -> file.name().equals("step_1.pt") ? "0.7" : value);
    lab.session(runs, "run", Policy.LATEST, true);
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("step_2.pt", "step_1.pt");
    assertThat(lab.names(Outcome.SKIPPED)).isEmpty();
  }

  private String last() throws IOException {
    JsonObject last =
        JsonParser.parseString(Files.readString(runs.resolve("run").resolve("summary.json")))
            .getAsJsonObject()
            .getAsJsonObject("accuracy")
            .getAsJsonObject("last");
    return last.get("value") + " at " + last.get("iteration").getAsString();
  }
}
