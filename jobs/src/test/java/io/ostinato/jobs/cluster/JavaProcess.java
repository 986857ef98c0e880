package io.ostinato.jobs.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A process that a test started, and what it prints. */
final class JavaProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Process process;
  private final Path out;
  private final Path err;

  private JavaProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts it; what it prints goes to files in a folder. */
  static JavaProcess start(ProcessBuilder builder, Path folder, String name) throws IOException {
    Files.createDirectories(folder);
    Path out = folder.resolve(name + ".out");
    Path err = folder.resolve(name + ".err");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    return new JavaProcess(process, out, err);
  }

  /** Its exit code. */
  int join() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError("no end within " + PATIENCE + "; it printed\n" + out() + err());
    }
    return process.exitValue();
  }

  /** Waits until a condition holds; an error if the process ends before that. */
  void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError(what + " never came; the process printed\n" + out() + err());
      }
      process.waitFor(50, TimeUnit.MILLISECONDS);
    }
  }

  /** What it printed to its standard output. */
  String out() {
    return read(out);
  }

  /** What it printed to its standard error. */
  String err() {
    return read(err);
  }

  /** Asks it to end, as Ctrl-C or a scheduler does. */
  void terminate() {
    process.destroy();
  }

  /** Ends it as a failing machine would: at once, with all that it started. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    process.onExit().join();
  }

  /** What is in a file that may not be there yet. */
  static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
