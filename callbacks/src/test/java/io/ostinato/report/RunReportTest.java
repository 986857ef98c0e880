package io.ostinato.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.LogLines;
import io.ostinato.progress.HandClock;
import io.ostinato.storage.ForwardingRunFiles;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {
  @TempDir private Path folder;

  private final HandClock clock = new HandClock();
  private ByHand thread = new ByHand();
  private int written;

  /** Keeps what is to be done later, until it is done by hand. */
  private static final class ByHand extends ScheduledThreadPoolExecutor {
    private final List<Runnable> planned = new ArrayList<>();
    private final List<Long> delays = new ArrayList<>();

    ByHand() {
      super(1);
      setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable work) {
      work.run();
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
      planned.add(work);
      delays.add(unit.toMillis(delay));
      return super.schedule(() -> {}, delay, unit);
    }

    void runPlanned() {
      List<Runnable> now = List.copyOf(planned);
      planned.clear();
      now.forEach(Runnable::run);
    }
  }

  @Test
  void manyChangesAreOnePageAndItsPauseGrowsWithTheTimeItTakes() {
    RunFiles slow =
        new Changed(LocalRunFiles.in(folder)) {
          @Override
          public void write(String name, Content content) {
            clock.pass(name.equals(ReportPage.NAME) ? Duration.ofSeconds(3) : Duration.ZERO);
            super.write(name, content);
          }
        };
    RunReport report = started(slow);
    assertThat(folder.resolve(RunFacts.NAME)).exists();
    report.changed();
    report.changed();
    report.changed();
    assertThat(thread.delays).containsExactly(10_000L);
    assertThat(folder.resolve(ReportPage.NAME)).doesNotExist();
    thread.runPlanned();
    assertThat(folder.resolve(ReportPage.NAME)).exists();
    assertThat(thread.planned).as("nothing has changed since").isEmpty();
    report.changed();
    assertThat(thread.delays).as("20 times 3 s").containsExactly(10_000L, 60_000L);
    report.close();
  }

  @Test
  void aReportThatCannotBeWrittenIsOneWarning() {
    RunFiles full =
        new Changed(LocalRunFiles.in(folder)) {
          @Override
          public void write(String name, Content content) {
            throw new StorageException("can't write '%s': no space left".formatted(name));
          }
        };
    List<String> lines =
        LogLines.of(
            () -> {
              RunReport report = started(full);
              report.changed();
              thread.runPlanned();
              report.end(RunStatus.FINISHED, "it ended");
            });
    assertThat(lines)
        .singleElement()
        .asString()
        .contains("can't write report.html or run.json: can't write 'run.json': no space left;")
        .contains("the run goes on, and the command 'report' makes it later");
  }

  @Test
  void theEndIsOnThePageAndNothingIsWrittenAfterIt() throws IOException {
    RunFixture.records(folder, 3, i -> Map.of("reward", 1.0 * i));
    RunReport report = started(new Changed(LocalRunFiles.in(folder)) {});
    report.changed();
    report.end(RunStatus.INTERRUPTED, "SIGTERM");
    assertThat(Files.readString(folder.resolve(ReportPage.NAME)))
        .contains("\"status\":\"interrupted\",\"reason\":\"SIGTERM\"");
    assertThat(RunFacts.read(LocalRunFiles.in(folder)).orElseThrow().directions())
        .isEqualTo(Map.of("reward", "higher_is_better"));
    int before = written;
    report.changed();
    assertThat(thread.delays).hasSize(1);
    assertThat(written).isEqualTo(before);
  }

  @Test
  void aRunThatIsResumedKeepsItsStart() {
    RunFiles files = new Changed(LocalRunFiles.in(folder)) {};
    RunReport first = started(files);
    first.end(RunStatus.INTERRUPTED, "SIGTERM");
    clock.pass(Duration.ofHours(1));
    RunReport second = report(files);
    second.resume(RunFixture::facts);
    RunFacts resumed = RunFacts.read(files).orElseThrow();
    assertThat(resumed.started()).isEqualTo("1970-01-01T00:00:00Z");
    assertThat(resumed.resumed()).map(String::valueOf).containsExactly("1970-01-01T01:00:00Z");
    assertThat(resumed.end()).as("it runs again").isEmpty();
    second.close();
  }

  @Test
  void anEvaluationThatIsAddedToARunKeepsHowItEnded() {
    RunFiles files = new Changed(LocalRunFiles.in(folder)) {};
    started(files).end(RunStatus.FAILED, "no luck");
    RunReport added = report(files);
    added.add(() -> RunFacts.of("evaluation", Map.of(), Map.of(), Map.of()));
    added.end(RunStatus.FINISHED, "evaluated once");
    RunFacts facts = RunFacts.read(files).orElseThrow();
    assertThat(facts.kind()).isEqualTo("training");
    assertThat(facts.end().orElseThrow().reason()).isEqualTo("no luck");
  }

  @Test
  void anEvaluationThatIsAddedKeepsWhatTheRunHasWrittenMeanwhile() {
    RunFixture.records(folder, 3, i -> Map.of("reward", 1.0 * i));
    RunFiles files = LocalRunFiles.in(folder);
    RunReport training = started(new Changed(files) {});
    RunReport added =
        new RunReport(
            new ReportWriter(
                files, files.folder("checkpoints"), MetricProperties.none(), Clock.systemUTC()),
            clock,
            ByHand::new);
    added.add(() -> RunFacts.of("evaluation", Map.of(), Map.of(), Map.of()));
    training.end(RunStatus.FINISHED, "all updates are made");
    added.end(RunStatus.FINISHED, "evaluated once");
    RunFacts facts = RunFacts.read(files).orElseThrow();
    assertThat(facts.end().orElseThrow().reason()).isEqualTo("all updates are made");
    assertThat(facts.directions()).isEqualTo(Map.of("reward", "higher_is_better"));
  }

  @Test
  void aRunThatIsResumedKeepsDirectionsThatOnlyItsStartHasNamed() throws IOException {
    RunFixture.records(folder, 3, i -> Map.of("reward", 1.0 * i));
    RunFiles files = LocalRunFiles.in(folder);
    started(new Changed(files) {}).end(RunStatus.INTERRUPTED, "SIGTERM");
    RunReport resumed =
        RunReport.of(
            files, files.folder("checkpoints"), MetricProperties.none(), Clock.systemUTC());
    resumed.resume(RunFixture::facts);
    resumed.end(RunStatus.FINISHED, "it ended");
    assertThat(Files.readString(folder.resolve(ReportPage.NAME)))
        .contains("\"direction\":\"higher_is_better\"");
  }

  @Test
  void theEndIsWrittenAlsoForAThreadThatIsInterrupted() throws IOException {
    RunFixture.records(folder, 3, i -> Map.of("reward", 1.0 * i));
    RunFiles files = LocalRunFiles.in(folder);
    RunReport report =
        RunReport.of(
            files, files.folder("checkpoints"), MetricProperties.none(), Clock.systemUTC());
    report.start(RunFixture::facts);
    List<String> lines =
        LogLines.of(
            () -> {
              Thread.currentThread().interrupt();
              report.end(RunStatus.FAILED, "interrupted");
              assertThat(Thread.interrupted()).as("which others may want to know").isTrue();
            });
    assertThat(lines).isEmpty();
    assertThat(Files.readString(folder.resolve(ReportPage.NAME)))
        .contains("\"reason\":\"interrupted\"");
  }

  @Test
  void theThreadOfItsOwnWritesAndEnds() throws Exception {
    RunFiles files = LocalRunFiles.in(folder);
    RunReport report =
        RunReport.of(
            files, files.folder("checkpoints"), MetricProperties.none(), Clock.systemUTC());
    report.start(RunFixture::facts);
    report.changed();
    Thread writer =
        Thread.getAllStackTraces().keySet().stream()
            .filter(one -> one.getName().equals("ostinato-report"))
            .findFirst()
            .orElseThrow();
    assertThat(writer.isDaemon()).isTrue();
    report.end(RunStatus.FINISHED, "it ended");
    writer.join(60_000);
    assertThat(writer.isAlive()).isFalse();
    assertThat(folder.resolve(ReportPage.NAME)).exists();
  }

  private RunReport started(RunFiles files) {
    RunReport report = report(files);
    report.start(RunFixture::facts);
    return report;
  }

  private RunReport report(RunFiles files) {
    thread = new ByHand();
    return new RunReport(
        new ReportWriter(
            files,
            files.folder("checkpoints"),
            MetricProperties.none().higherIsBetter("reward"),
            clock),
        clock,
        () -> thread);
  }

  private abstract class Changed extends ForwardingRunFiles {
    Changed(RunFiles files) {
      super(files);
    }

    @Override
    public void write(String name, Content content) {
      written++;
      super.write(name, content);
    }
  }
}
