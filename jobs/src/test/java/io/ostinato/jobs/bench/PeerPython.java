package io.ostinato.jobs.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The Python of the peers: {@code -Dbench.python}, or one with the packages of {@code
 * requirements.txt}, made once by {@code python3} in the folder of the build.
 */
final class PeerPython {
  private static final Path REQUIREMENTS =
      Path.of("src", "test", "python", "peers", "requirements.txt");

  private PeerPython() {}

  /**
   * The interpreter.
   *
   * @param given the interpreter to use; blank to make one
   * @param output the folder of the build
   * @throws PeerException if there is none, or its packages can't be installed
   */
  static Path executable(String given, Path output) throws PeerException {
    if (!given.isBlank()) {
      if (!Files.isExecutable(Path.of(given))) {
        throw new PeerException(
            "-Dbench.python=%s isn't an executable file; expected a Python with the packages of %s"
                .formatted(given, REQUIREMENTS));
      }
      return Path.of(given);
    }
    Path folder = output.resolve("bench-python").toAbsolutePath();
    Path python = folder.resolve("bin").resolve("python");
    try {
      String requirements = Files.readString(REQUIREMENTS);
      Path marker = folder.resolve("complete.txt");
      if (!Files.exists(marker) || !Files.readString(marker).equals(requirements)) {
        System.out.println(
            "installing PyTorch, Lightning, PySpark and Ray into %s: several GB, once"
                .formatted(folder));
        run(output, "python3", "-m", "venv", "--clear", folder.toString());
        run(output, python.toString(), "-m", "pip", "install", "-r", REQUIREMENTS.toString());
        Files.writeString(marker, requirements);
      }
      return python;
    } catch (IOException e) {
      throw new PeerException(e);
    }
  }

  private static void run(Path output, String... command) throws PeerException, IOException {
    Path log = output.resolve("bench-python.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    process.getOutputStream().close();
    try {
      if (process.waitFor() != 0) {
        throw new PeerException(
            "%s failed: %s; see %s".formatted(String.join(" ", command), lastLine(log), log));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new PeerException(e);
    }
  }

  private static String lastLine(Path log) throws IOException {
    return Files.readString(log, StandardCharsets.UTF_8)
        .strip()
        .lines()
        .reduce((first, second) -> second)
        .orElse("no output");
  }
}
