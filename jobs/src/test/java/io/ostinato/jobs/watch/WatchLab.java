package io.ostinato.jobs.watch;

import com.google.gson.JsonParser;
import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.TestDisk;
import io.ostinato.report.RunReport;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.storage.ForwardingLineFile;
import io.ostinato.storage.ForwardingRunFiles;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.EvaluationRecord;
import io.ostinato.tracking.EvaluationsLog;
import io.ostinato.tracking.MetricProperties;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A folder that a training writes into by a script, a clock that runs when somebody waits, and a
 * watch on real files that can be made to crash before or after each of its steps.
 */
final class WatchLab {
  static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
  static final Duration POLL = Duration.ofSeconds(10);

  /** The process is gone. */
  static final class Crash extends InternalError {
    private static final long serialVersionUID = 1;
  }

  final Path run;
  final Map<String, CheckpointFile> files = new HashMap<>();
  final List<CheckpointFile> evaluated = new ArrayList<>();
  final Map<String, String> links = new HashMap<>();
  final Set<String> folders = new HashSet<>();
  final Set<String> open = new HashSet<>();
  final List<Instant> begun = new ArrayList<>();
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();
  final Map<Integer, List<Runnable>> script = new TreeMap<>();
  final List<IOException> listFailures = new ArrayList<>();
  final List<IOException> readFailures = new ArrayList<>();
  final List<Throwable> failures = new ArrayList<>();
  final FakePace pace = new FakePace();
  long crashAt = Long.MAX_VALUE;
  long steps;
  boolean usable = true;
  private boolean disk;
  Duration work = Duration.ZERO;
  long skipped;

  WatchLab(Path run) {
    this.run = run;
  }

  /** Writes a file, whole; its content is the value that its evaluation gives. */
  void write(String name, double value) {
    long length = Double.toString(value).length();
    CheckpointFile file = new CheckpointFile(name, length, START.plus(pace.elapsed()));
    files.put(name, file);
    values.put(file, Double.toString(value));
  }

  final Map<CheckpointFile, String> values = new HashMap<>();

  /** A symbolic link to a file of the folder. */
  void link(String name, String target) {
    CheckpointFile file = Objects.requireNonNull(files.get(target));
    files.put(name, new CheckpointFile(name, file.bytes(), file.modified()));
    links.put(name, target);
  }

  void at(int second, Runnable event) {
    script.computeIfAbsent(second, key -> new ArrayList<>()).add(event);
  }

  /** Runs a process until it ends by itself. */
  WatchReport watch(Policy policy, Ending ending) {
    return watch(policy, ending, Completeness.unchangedFor(POLL, new NameFilter("*.pt")));
  }

  WatchReport watch(Policy policy, Ending ending, Completeness completeness) {
    Folder folder = new Folder();
    WatchReport report =
        new WatchReport(
            new PrintWriter(out),
            new PrintWriter(err),
            CheckpointTrackers.none(),
            RunReport.none());
    try (LineFile lines = new CrashingLines(files().openLines("metrics.jsonl"));
        EvaluationsLog evaluations =
            EvaluationsLog.of(new CrashingFiles(files()), Clock.systemUTC())) {
      Journal journal = new Journal(lines, evaluations);
      BestModels best =
          new BestModels(
              new CrashingFiles(files().folder("checkpoints")),
              MetricProperties.defaults(),
              journal.entries());
      Path staging = Files.createDirectories(run.resolve(".staging"));
      CheckpointWork checkpointWork =
          new CheckpointWork(folder, new Evaluation(), journal, best, report, staging, pace);
      new Watcher(
              new WatchSettings(policy, POLL, ending), folder, completeness, checkpointWork, pace)
          .run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return report;
  }

  /** Runs a whole session in a folder of runs, with its summary and event files. */
  void session(Path runs, String runId, Policy policy, boolean retryFailed) {
    CommandLine command =
        new CommandLine(CommandSpec.create())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    try (WatchRun watchRun = new WatchRun(runs.toString(), runId, new Configuration());
        WatchSession session =
            new WatchSession(
                watchRun,
                runId,
                MetricProperties.defaults(),
                retryFailed,
                RunReport.none(),
                command)) {
      session.watch(
          new WatchSettings(policy, POLL, Ending.once()),
          new Folder(),
          Completeness.unchangedFor(POLL, new NameFilter("*.pt")),
          new Evaluation(),
          pace);
    }
  }

  /** Keeps the run on the test's disk, by Hadoop. */
  void useDisk() {
    disk = true;
  }

  private RunFiles files() {
    return disk
        ? HadoopRunFiles.in(TestDisk.of(run), TestDisk.configuration())
        : LocalRunFiles.in(run);
  }

  List<JournalEntry> journal() {
    try (LineFile lines = files().openLines("metrics.jsonl");
        EvaluationsLog none =
            EvaluationsLog.of(LocalRunFiles.in(run.resolve("none")), Clock.systemUTC())) {
      return List.copyOf(new Journal(lines, none).entries());
    }
  }

  /** The checkpoint, time and outcome of each recorded evaluation. */
  List<String> evaluations() {
    return files().lines("evaluations.jsonl").stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .map(
            line ->
                "%s %s %s"
                    .formatted(
                        line.get("callback").getAsString(),
                        line.get("time").getAsString(),
                        line.get("outcome").getAsString()))
        .toList();
  }

  List<String> names(Outcome outcome) {
    return journal().stream()
        .filter(entry -> entry.outcome() == outcome)
        .map(entry -> entry.checkpoint().name())
        .toList();
  }

  String bestModel(String name) {
    try {
      return Files.readString(run.resolve("checkpoints").resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void step() {
    if (steps++ == crashAt) {
      throw new Crash();
    }
  }

  final class FakePace implements Pace {
    private Duration elapsed = Duration.ZERO;
    boolean stop;

    @Override
    public Duration elapsed() {
      return elapsed;
    }

    @Override
    public Instant now() {
      return START.plus(elapsed);
    }

    @Override
    public void pause(Duration duration) {
      step();
      Duration end = elapsed.plus(duration);
      for (int second : List.copyOf(script.keySet())) {
        if (Duration.ofSeconds(second).compareTo(end) <= 0) {
          Duration at = Duration.ofSeconds(second);
          elapsed = at.compareTo(elapsed) > 0 ? at : elapsed;
          List<Runnable> events = script.remove(second);
          if (events != null) {
            events.forEach(Runnable::run);
          }
        }
      }
      elapsed = end;
    }

    @Override
    public boolean stopRequested() {
      return stop;
    }
  }

  private final class Folder implements CheckpointFolder {
    @Override
    public Listing list() throws IOException {
      step();
      if (!listFailures.isEmpty()) {
        throw listFailures.remove(0);
      }
      return new Listing(List.copyOf(files.values()), links, folders);
    }

    @Override
    public boolean isBeingWritten(CheckpointFile checkpoint) {
      return open.contains(checkpoint.name());
    }

    @Override
    public boolean copy(CheckpointFile checkpoint, Path into) throws IOException {
      step();
      if (!readFailures.isEmpty()) {
        throw readFailures.remove(0);
      }
      CheckpointFile now = files.get(checkpoint.name());
      if (now == null) {
        throw new FileNotFoundException(checkpoint.name());
      }
      Files.writeString(into, values.getOrDefault(now, ""));
      step();
      return now.equals(checkpoint);
    }
  }

  private final class Evaluation implements ModelEvaluation {
    @Override
    public void prepare() {}

    @Override
    public Report evaluate(Path model) {
      step();
      begun.add(pace.now());
      if (!work.isZero()) {
        pace.pause(work);
      }
      try {
        double value = Double.parseDouble(Files.readString(model));
        if (!failures.isEmpty()) {
          Evaluation.<RuntimeException>throwAs(failures.remove(0));
        }
        if (value < 0) {
          throw new IllegalArgumentException("can't load it:\nnative stack");
        }
        evaluated.add(files.get(model.getFileName().toString()));
        return new Report(
            Map.of("accuracy", value, "loss", value, "rank", value),
            7,
            skipped,
            0.5,
            List.of(record()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private EvaluationRecord record() {
      return new EvaluationRecord.Evaluated(
          new EvaluationTag("any", TrainingIteration.START, "test"),
          new EvaluationTimings(work, work, work, work, work, work, work, work, work),
          new Certificate(7, 7, 0, "digest", "hash", List.of(), Attempts.NONE));
    }

    @Override
    public String dataset() {
      return "test";
    }

    @Override
    public String problemOf(Throwable failure) {
      return ErrorLine.of(failure);
    }

    @Override
    public boolean mayBeOfTheData(Throwable failure) {
      return failure instanceof UncheckedIOException;
    }

    @Override
    public Optional<RuntimeException> beyondTheModel(Throwable failure) {
      return usable ? Optional.empty() : Optional.of(new IllegalArgumentException(failure));
    }

    /** Throws anything, as Spark throws checked exceptions that it doesn't declare. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwAs(Throwable failure) throws E {
      throw (E) failure;
    }
  }

  /** Crashes before lines, in the middle of them, and behind them. */
  private final class CrashingLines extends ForwardingLineFile {
    CrashingLines(LineFile lines) {
      super(lines);
    }

    @Override
    public void append(List<String> more) {
      String text = String.join("\n", more);
      step();
      try {
        step();
      } catch (Crash crash) {
        try {
          Files.writeString(
              Path.of(location()), text.substring(0, text.length() / 2), StandardOpenOption.APPEND);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        throw crash;
      }
      super.append(more);
      step();
    }
  }

  private final class CrashingFiles extends ForwardingRunFiles {
    CrashingFiles(RunFiles runFiles) {
      super(runFiles);
    }

    @Override
    public void write(String name, Content content) {
      step();
      super.write(name, content);
      step();
    }

    @Override
    public LineFile openLines(String name) {
      return new CrashingLines(super.openLines(name));
    }

    @Override
    public void rename(String from, String to) {
      step();
      super.rename(from, to);
      step();
    }

    @Override
    public void delete(String name) {
      step();
      super.delete(name);
    }
  }
}
