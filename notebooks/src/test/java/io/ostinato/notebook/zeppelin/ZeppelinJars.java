package io.ostinato.notebook.zeppelin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * The jars of a Zeppelin server, which Maven resolves apart from those of this module. Where they
 * can't be had, tests are skipped and say why.
 */
final class ZeppelinJars {
  private static final Path POM = Path.of("src", "test", "zeppelin", "pom.xml");
  private static final Path FOLDER = Path.of("target", "zeppelin");

  private ZeppelinJars() {}

  /** The class path; skips the test if there is none. */
  static String classPath() throws IOException, InterruptedException {
    String version = System.getProperty("ostinato.tests.zeppelin");
    Path known = FOLDER.resolve("class-path-" + version + ".txt");
    if (!Files.exists(known)) {
      Optional<String> problem = resolve(version, known);
      problem.ifPresent(reason -> Assumptions.abort("no Zeppelin for this test: " + reason));
    }
    return Files.readString(known);
  }

  /** Asks the local repository first, which has them after the first build. */
  private static Optional<String> resolve(String version, Path file)
      throws IOException, InterruptedException {
    Files.createDirectories(FOLDER);
    Path written = Files.createTempFile(FOLDER, "class-path", ".txt").toAbsolutePath();
    Optional<String> problem = maven(List.of("--offline"), version, written);
    if (problem.isPresent()) {
      problem = maven(List.of(), version, written);
    }
    if (problem.isEmpty()) {
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    return problem;
  }

  private static Optional<String> maven(List<String> options, String version, Path file)
      throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("mvn", "-B", "-ntp", "-q", "-f"));
    command.add(POM.toString());
    command.addAll(options);
    command.add("-Dzeppelin.version=" + version);
    command.add("-Dmdep.outputFile=" + file);
    Optional.ofNullable(System.getProperty("localRepository"))
        .ifPresent(repository -> command.add("-Dmaven.repo.local=" + repository));
    command.add("dependency:build-classpath");
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes());
      int exit = process.waitFor();
      return exit == 0
          ? Optional.empty()
          : Optional.of("Maven ended with %s: %s".formatted(exit, firstError(output)));
    } catch (IOException e) {
      return Optional.of(e.toString()); // such as no mvn on the path
    }
  }

  private static String firstError(String output) {
    return output.lines().filter(line -> line.contains("[ERROR]")).findFirst().orElse(output);
  }
}
