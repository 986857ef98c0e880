package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values of options that are long, or that would control the terminal if they were echoed. */
@Tag("spark35")
class HostileOptionsTest {
  private static final String CONTROL = "\u001b[2J\r\nerror: all is fine\u202e";

  @TempDir Path folder;

  @Test
  void whatIsEchoedIsShortAndVisible() throws IOException {
    Path run = Files.writeString(folder.resolve("run.yaml"), "model: digits_cnn\n");
    for (String text :
        List.of(
            "k".repeat(100_000),
            CONTROL,
            "a.".repeat(50_000),
            "[".repeat(50_000),
            "9".repeat(100_000))) {
      for (List<String> command :
          List.of(
              List.of(text),
              List.of("train", text),
              List.of("train", run.toString(), "--set", text),
              List.of("train", run.toString(), "--set", "model=" + text, "--check"),
              List.of("train", run.toString(), "--set", text + "=1", "--check"),
              List.of("train", run.toString(), "--evaluate", "--format=" + text),
              List.of("train", "--" + text),
              evaluate("--input=" + text),
              evaluate("--input=x:" + text),
              evaluate("--input=x:float32:" + text),
              evaluate("--input=x:float32:4294967296,4294967296"),
              evaluate("--metric=" + text),
              evaluate("--metric=top_k:" + text),
              evaluate("--metric=f1:classes=" + text),
              evaluate("--metric=f1:" + text),
              evaluate("--architecture=" + text),
              evaluate("--architecture=mlp:outputs=" + text),
              evaluate("--architecture=" + text + ".yaml"),
              evaluate("--batch-size=" + text),
              evaluate("--format=" + text + "/x"),
              evaluate("--dataset=/" + text),
              evaluate("--option=" + text),
              evaluate("--" + text),
              watch("--poll=" + text),
              watch("--policy=" + text),
              watch("--pattern=[" + text),
              watch("--until-idle=" + text + "s"),
              watch("--run-id=/" + text))) {
        String said = refusal(command);
        assertThat(said).as(said).hasSizeLessThan(12_000).doesNotContain("\u001b", "\r", "\u202e");
        assertThat(said.lines()).as(said).noneMatch("error: all is fine"::equals);
      }
    }
  }

  private static List<String> evaluate(String option) {
    return with(option, "evaluate", "--model=a.pt", "--data=b");
  }

  private static List<String> watch(String option) {
    return with(option, "watch", "--checkpoints=a", "--data=b", "--input=x:float32");
  }

  private static List<String> with(String option, String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.add(option);
    return all;
  }

  private static String refusal(List<String> command) {
    StringWriter err = new StringWriter();
    PrintWriter printed = new PrintWriter(err, true);
    int code =
        Main.run(new PrintWriter(new StringWriter()), printed, command.toArray(String[]::new));
    assertThat(code).as("%.200s: %.500s", command, err).isEqualTo(2);
    return err.toString();
  }
}
