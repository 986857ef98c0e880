package io.ostinato.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A command in a process of its own that is killed with SIGKILL while it changes files. */
final class KilledProcess {
  private static final List<String> OPTIONS =
      List.of("-XX:+UseSerialGC", "-Dspark.master=local[2]", "-Dspark.ui.enabled=false");

  private static final int KILLED = 128 + 9;

  private final Process process;
  private final Path log;
  private final Path changed;
  private List<String> seen;

  private KilledProcess(Process process, Path log, Path changed) {
    this.process = process;
    this.log = log;
    this.changed = changed;
    this.seen = state();
  }

  /**
   * Starts a command.
   *
   * @param log to which it appends what it prints
   * @param changed the folder whose files it changes
   */
  static KilledProcess start(List<String> arguments, Path log, Path changed) throws IOException {
    List<String> command = MainProcess.command(arguments);
    command.addAll(1, OPTIONS);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return new KilledProcess(process, log, changed);
  }

  /** Waits until a condition holds; returns false if the process ends before that. */
  boolean await(BooleanSupplier condition) throws InterruptedException {
    boolean alive = true;
    while (alive && !condition.getAsBoolean()) {
      alive = !process.waitFor(1, TimeUnit.MILLISECONDS);
    }
    return alive;
  }

  /**
   * Kills the process after some changes of its files.
   *
   * @param changes number of changes; several at a time count once
   * @param enough otherwise kills it when this holds
   * @return whether it was killed; otherwise it has ended before
   */
  boolean killAfter(int changes, BooleanSupplier enough) throws InterruptedException {
    int[] open = {changes};
    return await(() -> enough.getAsBoolean() || hasChanged() && --open[0] == 0)
        && process.destroyForcibly().waitFor() == KILLED;
  }

  private boolean hasChanged() {
    List<String> before = seen;
    seen = state();
    return !seen.equals(before);
  }

  /**
   * Waits for its end.
   *
   * @throws AssertionError if its exit code is not 0
   */
  void awaitSuccess() throws InterruptedException {
    int code = process.waitFor();
    if (code != 0) {
      throw new AssertionError("exit code %s; the log is\n%s".formatted(code, read(log)));
    }
  }

  /** The names and sizes of all files. */
  private List<String> state() {
    if (!Files.exists(changed)) {
      return List.of();
    }
    List<String> state = new ArrayList<>();
    try (Stream<Path> files = Files.walk(changed)) {
      for (Path file : files.sorted().toList()) {
        state.add(file + " " + size(file));
      }
      return state;
    } catch (UncheckedIOException e) {
      return List.of("files were removed meanwhile");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return -1;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
