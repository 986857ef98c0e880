package io.ostinato;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * Python with the packages that tests compare with, in {@code target/python} of this module, made
 * once per build. Where there is no Python, or its packages can't be had, tests are skipped and say
 * why.
 */
public final class PythonTools {
  private static final Path REQUIREMENTS = Path.of("src", "test", "python", "requirements.txt");
  private static final Path FOLDER = Path.of("target", "python").toAbsolutePath();

  /** Held by the process of tests that makes the folder. */
  private static final Path LOCK = FOLDER.resolveSibling("python.lock");

  private static Optional<String> missing = Optional.empty();
  private static boolean ready;

  private record Outcome(int exit, String output) {}

  private PythonTools() {}

  /** The interpreter; skips the test where there is none. */
  public static synchronized Path executable() {
    if (!ready && missing.isEmpty()) {
      missing = install();
      ready = missing.isEmpty();
    }
    missing.ifPresent(reason -> Assumptions.abort("no Python for this test: " + reason));
    return FOLDER.resolve("bin").resolve("python");
  }

  /** Runs Python and gives what it printed; fails with all of it if Python does. */
  public static String python(String... arguments) {
    List<String> command = new ArrayList<>(List.of(executable().toString()));
    command.addAll(List.of(arguments));
    Outcome outcome = run(command);
    if (outcome.exit() != 0) {
      throw new AssertionError(
          "Python ended with %d: %s".formatted(outcome.exit(), outcome.output()));
    }
    return outcome.output();
  }

  /** What is missing, if anything is. An environment that is half made is made anew. */
  private static Optional<String> install() {
    try (FileChannel channel =
            FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      String requirements = Files.readString(REQUIREMENTS);
      Path marker = FOLDER.resolve("complete.txt");
      if (Files.exists(marker) && Files.readString(marker).equals(requirements)) {
        return Optional.empty();
      }
      for (List<String> command :
          List.of(
              List.of("python3", "-m", "venv", "--clear", FOLDER.toString()),
              List.of(
                  FOLDER.resolve("bin").resolve("python").toString(),
                  "-m",
                  "pip",
                  "install",
                  "--quiet",
                  "--no-deps", // all are pinned
                  "--no-compile", // most of it is never imported
                  "--disable-pip-version-check",
                  "--only-binary=:all:",
                  "--requirement",
                  REQUIREMENTS.toString()))) {
        Outcome outcome = run(command);
        if (outcome.exit() != 0) {
          return Optional.of(
              "%s ended with %d: %s"
                  .formatted(String.join(" ", command), outcome.exit(), lastLine(outcome)));
        }
      }
      Path temporary = Files.writeString(FOLDER.resolve("complete.tmp"), requirements);
      Files.move(temporary, marker, StandardCopyOption.ATOMIC_MOVE);
      return Optional.empty();
    } catch (UncheckedIOException | IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Outcome run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes());
      return new Outcome(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String lastLine(Outcome outcome) {
    return outcome.output().strip().lines().reduce((first, second) -> second).orElse("");
  }
}
