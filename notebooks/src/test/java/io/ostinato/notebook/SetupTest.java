package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code notebooks/setup} says of its options, before it makes anything. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "setup is a shell script")
class SetupTest {
  @TempDir Path folder;

  private record Outcome(int exit, String output) {}

  private static Outcome setup(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("./setup"));
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    return new Outcome(process.waitFor(), output);
  }

  @Test
  void wrongOptionsAreReported() throws Exception {
    assertThat(setup("--sparc", "x"))
        .isEqualTo(new Outcome(1, "setup: unknown option '--sparc'; see --help\n"));
    assertThat(setup("--spark"))
        .isEqualTo(new Outcome(1, "setup: --spark has no value; see --help\n"));
    assertThat(setup("--conf", "spark.master"))
        .isEqualTo(new Outcome(1, "setup: --conf spark.master has no value; expected KEY=VALUE\n"));
    Path missing = folder.resolve("no folder");
    assertThat(setup("--spark", missing.toString()))
        .isEqualTo(new Outcome(1, "setup: --spark %s is not a folder\n".formatted(missing)));
  }

  @Test
  void helpNamesEveryOption() throws Exception {
    Outcome help = setup("--help");
    assertThat(help.exit()).isZero();
    assertThat(help.output())
        .contains("--environment", "--python", "--kernels", "--spark", "--natives", "--conf")
        .contains("--jvm", "JAVA_HOME");
  }
}
