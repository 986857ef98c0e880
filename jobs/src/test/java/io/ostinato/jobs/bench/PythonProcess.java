package io.ostinato.jobs.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that answers each line of its standard input with one of its standard output. It ends
 * when it is closed, when it gives no answer in time, and with this process; so do all processes
 * that it started.
 */
final class PythonProcess implements AutoCloseable {
  private static final Duration LAST_WORDS = Duration.ofSeconds(20);

  private final Path log;
  private final Process process;
  private final Writer requests;
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final Thread atExit = new Thread(this::kill);
  private String ended = "";

  /** A line, or the end of all lines. */
  private record Answer(String line, boolean isEnd) {
    static final Answer END = new Answer("", true);
  }

  /**
   * Starts the process.
   *
   * @param log receives its standard error
   */
  PythonProcess(List<String> command, Path log) throws PeerException {
    this.log = log;
    ProcessBuilder builder = new ProcessBuilder(command);
    // Those of the benchmark's own process.
    List.of("SPARK_HOME", "SPARK_SCALA_VERSION", "MALLOC_ARENA_MAX", "PYTHONPATH")
        .forEach(builder.environment()::remove);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    try {
      process = builder.redirectError(log.toFile()).start();
    } catch (IOException e) {
      throw new PeerException(e);
    }
    requests = process.outputWriter(StandardCharsets.UTF_8);
    Runtime.getRuntime().addShutdownHook(atExit);
    Thread reader = new Thread(this::read, "answers of " + log.getFileName());
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        answers.add(new Answer(line, false));
      }
    } catch (IOException e) {
      answers.add(new Answer("failed " + e, false));
    }
    answers.add(Answer.END);
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param kind the first word of the answer
   * @return the rest of the answer
   * @throws PeerException if the answer is of another kind, doesn't come within the limit, or the
   *     process ends; after the latter two, every further request fails
   */
  String ask(String request, String kind, Duration limit) throws PeerException {
    if (ended.isEmpty()) {
      try {
        requests.write(request + "\n");
        requests.flush();
      } catch (IOException e) {
        // It has ended; the answer says how.
        answers.add(Answer.END);
      }
    }
    return answer(kind, limit);
  }

  /** Waits for an answer without a request. */
  String answer(String kind, Duration limit) throws PeerException {
    if (!ended.isEmpty()) {
      throw new PeerException(ended);
    }
    Answer answer = next(limit);
    if (answer == null) {
      throw end("no answer within %s s; see %s".formatted(limit.toSeconds(), log));
    }
    if (answer.isEnd()) {
      throw end("the process ended%s; see %s".formatted(lastLine(), log));
    }
    String line = answer.line();
    if (line.startsWith(kind + " ")) {
      return line.substring(kind.length() + 1);
    }
    throw new PeerException(line.startsWith("failed ") ? line.substring(7) : line);
  }

  /** The next answer; null if none comes in time. */
  private @Nullable Answer next(Duration limit) {
    try {
      return answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a peer", e);
    }
  }

  private PeerException end(String reason) {
    ended = reason;
    kill();
    return new PeerException(reason);
  }

  private String lastLine() {
    try {
      return Files.readString(log)
          .strip()
          .lines()
          .reduce((first, second) -> second)
          .map(line -> ": " + line)
          .orElse("");
    } catch (IOException e) {
      return String.format(Locale.ROOT, " (its log can't be read: %s)", e);
    }
  }

  private void kill() {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  /** Lets the process end by itself, for a while, and ends whatever is left. */
  @Override
  public void close() {
    List<ProcessHandle> all = process.descendants().toList();
    try {
      requests.close();
      process.waitFor(LAST_WORDS.toSeconds(), TimeUnit.SECONDS);
    } catch (IOException e) {
      // It has ended already.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
    all.forEach(ProcessHandle::destroyForcibly);
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // This process is ending, and runs the hook.
    }
  }
}
