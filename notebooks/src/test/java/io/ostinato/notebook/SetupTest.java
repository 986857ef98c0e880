package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
    return call(new ProcessBuilder("./setup"), options);
  }

  private static Outcome call(ProcessBuilder builder, String... options) throws Exception {
    List<String> command = new ArrayList<>(builder.command());
    command.addAll(List.of(options));
    Process process = builder.command(command).redirectErrorStream(true).start();
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
  void filesThatAreMissingAreReported() throws Exception {
    Path gone = folder.resolve("gone.jar");
    assertThat(setup("--natives", gone.toString()))
        .isEqualTo(
            new Outcome(
                1,
                "setup: --natives %s is not a file; give the jar of PyTorch's native libraries\n"
                    .formatted(gone)));
    assertThat(setup("--python", gone.toString()))
        .isEqualTo(new Outcome(1, "setup: --python %s is not a program\n".formatted(gone)));
  }

  @Test
  void anOldJavaIsReported() throws Exception {
    program("java", "echo '    java.specification.version = 11' >&2");
    ProcessBuilder builder = new ProcessBuilder("./setup", "--python", "/bin/true");
    builder.environment().put("JAVA_HOME", folder.toString());
    assertThat(call(builder))
        .isEqualTo(
            new Outcome(
                1,
                "setup: %s/bin/java is Java 11; install a JDK 17 or later, or set JAVA_HOME to one\n"
                    .formatted(folder)));
  }

  /** The build makes jars for the CPU; those of an older version may be there still. */
  @Test
  void nativesThatAreGivenAreUsedAlsoAfterABuild() throws Exception {
    Path root = copy("setup", "zeppelin/settings");
    Path given = Files.createFile(folder.resolve("given.jar"));
    Path notebooks = root.resolve("notebooks");
    assertThat(run(root, "setup", "--python", "bin/python", "--natives", given.toString()).output())
        .contains("<%s>".formatted(given))
        .doesNotContain("new.jar");
    assertThat(run(root, "setup", "--python", "bin/python").output())
        .contains("<%s/target/natives/new.jar>".formatted(notebooks))
        .doesNotContain("old.jar");
    assertThat(run(root, "zeppelin/settings", "given.jar").output())
        .contains("/ostinato-notebook.jar,%s\n".formatted(given));
    Files.createFile(notebooks.resolve("target/natives/old.jar"));
    assertThat(run(root, "zeppelin/settings").output())
        .contains(",%s/target/natives/new.jar\n".formatted(notebooks))
        .doesNotContain("old.jar");
  }

  /** A folder with spaces, with scripts of this one, and stand-ins for Maven and Python. */
  private Path copy(String... scripts) throws Exception {
    Path root = Files.createDirectory(folder.resolve("a project"));
    for (String script : scripts) {
      Path copy = root.resolve("notebooks").resolve(script);
      Files.createDirectories(copy.getParent());
      Files.copy(Path.of(script), copy, StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.createDirectories(root.resolve("jobs/target"));
    Files.createDirectories(root.resolve("notebooks/target/natives"));
    Files.createFile(root.resolve("notebooks/target/natives/old.jar"));
    program(
        "mvn",
        "touch jobs/target/ostinato-jobs.jar notebooks/target/ostinato-notebook.jar"
            + " notebooks/target/natives/new.jar");
    program("python", "for each; do echo \"<$each>\"; done");
    return root;
  }

  private void program(String name, String text) throws Exception {
    Path file = Files.createDirectories(folder.resolve("bin")).resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Outcome run(Path root, String script, String... options) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(root.resolve("notebooks").resolve(script).toString());
    builder.directory(folder.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().merge("PATH", folder + "/bin", (path, first) -> first + ":" + path);
    return call(builder, options);
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
