package io.ostinato.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole files of a folder of this machine, as those of a file system that can't append. */
class SegmentedLineFileTest extends RunFilesContract {
  private static final String LONG = "x".repeat(5000);
  @TempDir Path folder;

  @Override
  protected RunFiles files() {
    return new WithoutAppend(LocalRunFiles.in(folder.resolve("run")));
  }

  @Override
  protected List<String> everything() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("run"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Override
  protected List<String> besideOpenLines() {
    return List.of("log", "log.lines");
  }

  @Override
  protected Class<?> lineWriter() {
    return Writer.class;
  }

  @Override
  protected String folderForWriter() {
    return folder.resolve("run").toString();
  }

  /** A process that appends lines. */
  public static final class Writer {
    public static void main(String[] args) {
      EndlessLines.run(new WithoutAppend(LocalRunFiles.in(Path.of(args[0]))));
    }
  }

  /** The process is gone. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1;
  }

  @Test
  void aCrashAtAnyStepLosesNoLineAndInventsNone() {
    int crashes = 0;
    for (int step = 0; ; step++) {
      Steps steps = new Steps(step);
      RunFiles crashing = new Crashing(LocalRunFiles.in(folder.resolve("step-" + step)), steps);
      List<String> appended = new ArrayList<>();
      boolean crashed = runsInto(crashing, appended, 12);
      steps.left = Integer.MAX_VALUE;
      assertIsOf(crashing.lines("log"), appended);
      try (LineFile log = crashing.openLines("log")) {
        List<String> before = log.lines();
        assertIsOf(before, appended);
        log.append("after");
        assertThat(crashing.lines("log")).hasSize(before.size() + 1).endsWith("after");
      }
      assertThat(crashing.folders()).isEmpty();
      if (!crashed) {
        break;
      }
      crashes++;
    }
    assertThat(crashes).isGreaterThan(60);
  }

  @Test
  void manyCrashesLoseNoLineAndInventNone() {
    Random random = new Random(5);
    for (int run = 0; run < 40; run++) {
      Steps steps = new Steps(0);
      RunFiles crashing = new Crashing(LocalRunFiles.in(folder.resolve("many-" + run)), steps);
      List<String> known = List.of();
      for (int process = 0; process < 8; process++) {
        steps.left = random.nextInt(60);
        List<String> appended = new ArrayList<>(known);
        runsInto(crashing, appended, 3 + random.nextInt(10));
        steps.left = Integer.MAX_VALUE;
        List<String> now = crashing.lines("log");
        assertIsOf(now, appended);
        known = now;
      }
    }
  }

  @Test
  void aWriteThatFailsIsTriedAgainWithoutDoublingItsLine() {
    for (int step = 0; step < 40; step++) {
      Steps steps = new Steps(Integer.MAX_VALUE);
      RunFiles failing = new Crashing(LocalRunFiles.in(folder.resolve("failed-" + step)), steps);
      List<String> expected = new ArrayList<>();
      try (LineFile log = failing.openLines("log")) {
        steps.fails = true;
        steps.left = step;
        for (int n = 0; n < 10; n++) {
          String line = n + LONG;
          try {
            log.append(line);
          } catch (StorageException e) {
            assertThat(e).hasMessage("deliberately");
            log.append(line);
          }
          expected.add(line);
        }
      }
      assertThat(failing.lines("log")).as("step %s", step).isEqualTo(expected);
    }
  }

  @Test
  void segmentsAreMergedWhenTheyAreAsLongAsTheFile() {
    RunFiles files = files();
    long written = 0;
    try (LineFile log = files.openLines("log")) {
      for (int n = 0; n < 200; n++) {
        log.append(n + LONG);
        written += LONG.length();
      }
      assertThat(files.sizeBytes("log")).as("without the port").isGreaterThan(written / 3);
      assertThat(files.folder("log.lines").list()).hasSizeLessThan(200 / 3);
    }
  }

  @Test
  void aWriterThatIsTakenOverWhileItAppendsIsTold() {
    for (boolean isBefore : List.of(true, false)) {
      RunFiles place = LocalRunFiles.in(folder.resolve("both-" + isBefore));
      List<LineFile> second = new ArrayList<>();
      Runnable takeover =
          () -> {
            second.add(new WithoutAppend(place).openLines("log"));
            second.get(0).append("b");
          };
      Meddling files = new Meddling(place, isBefore);
      LineFile first = files.openLines("log");
      first.append("a");
      files.then(takeover);
      boolean isMerged = !isBefore;
      assertThatThrownBy(() -> first.append("lost"))
          .as("before its segment is written: %s", isBefore)
          .isInstanceOf(TakenOverException.class)
          .hasMessageContaining("another process is writing");
      List<String> expected = isMerged ? List.of("a", "lost", "b") : List.of("a", "b");
      assertThat(new WithoutAppend(place).lines("log")).isEqualTo(expected);
      assertThatThrownBy(first::checkHeld).isInstanceOf(TakenOverException.class);
      assertThatThrownBy(first::close).isInstanceOf(TakenOverException.class);
      second.get(0).append("c");
      second.get(0).close();
      List<String> more = new ArrayList<>(expected);
      more.add("c");
      assertThat(place.text("log").lines()).isEqualTo(more);
      assertThat(place.folders()).isEmpty();
    }
  }

  @Test
  void segmentsOfAnEarlierVersionAreReadAndMerged() {
    RunFiles files = files();
    write(files, "log", "a\n");
    write(files.folder("log.lines"), "0000000001-0000000002", "b\n");
    write(files.folder("log.lines"), "0000000001-0000000003", "b\nc\n");
    assertThat(files.lines("log")).containsExactly("a", "b", "c");
    try (LineFile log = files.openLines("log")) {
      log.append("d");
      assertThat(files.lines("log")).containsExactly("a", "b", "c", "d");
      write(files.folder("log.lines"), "0000000004-0000000005", "e\n");
      assertThatThrownBy(() -> log.append("of the earlier version"))
          .isInstanceOf(TakenOverException.class);
      files.folder("log.lines").delete("0000000004-0000000005");
    }
    assertThat(files.text("log")).isEqualTo("a\nb\nc\nd\n");
  }

  @Test
  void aSegmentThatIsMissingIsNoShorterFile() {
    RunFiles files = files();
    LineFile log = files.openLines("log");
    for (int n = 0; n < 10; n++) {
      log.append(n + LONG);
    }
    RunFiles segments = files.folder("log.lines");
    segments.delete(segments.list().get(0));
    assertThatThrownBy(() -> log.append("next"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("another process is writing");
  }

  @Test
  void aSegmentThatIsDamagedIsNamed() {
    RunFiles files = files();
    files.openLines("log").append(List.of("a", "b"));
    RunFiles segments = files.folder("log.lines");
    write(segments, segments.list().get(0), "a\n");
    assertThatThrownBy(() -> files.lines("log"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("'0000000000-0000000002-0000000001-")
        .hasMessageContaining("is damaged: it has 1 lines");
  }

  /** All that was appended, and perhaps the line that was being appended. */
  private static void assertIsOf(List<String> lines, List<String> appended) {
    assertThat(lines).hasSizeBetween(appended.size(), appended.size() + 1);
    assertThat(lines.subList(0, appended.size())).isEqualTo(appended);
  }

  private static boolean runsInto(RunFiles files, List<String> appended, int lines) {
    try (LineFile log = new Abandoned(files.openLines("log"))) {
      for (int n = 0; n < lines; n++) {
        String line = appended.size() + LONG;
        log.append(line);
        appended.add(line);
      }
      ((Abandoned) log).isDone = true;
      return false;
    } catch (Crash crash) {
      return true;
    }
  }

  /** A process that crashes closes nothing. */
  private static final class Abandoned extends ForwardingLineFile {
    private boolean isDone;

    Abandoned(LineFile lines) {
      super(lines);
    }

    @Override
    public void close() {
      if (isDone) {
        super.close();
      }
    }
  }

  private static class WithoutAppend extends ForwardingRunFiles {
    WithoutAppend(RunFiles files) {
      super(files);
    }

    @Override
    public LineFile openLines(String name) {
      return SegmentedLineFile.open(this, name);
    }

    @Override
    public List<String> lines(String name) {
      return SegmentedLineFile.read(this, name);
    }
  }

  /** Lets something happen once, before or after the next segment is written. */
  private static final class Meddling extends WithoutAppend {
    private final boolean isBefore;
    private final List<Runnable> next;

    Meddling(RunFiles files, boolean isBefore) {
      this(files, isBefore, new ArrayList<>());
    }

    private Meddling(RunFiles files, boolean isBefore, List<Runnable> next) {
      super(files);
      this.isBefore = isBefore;
      this.next = next;
    }

    void then(Runnable work) {
      next.add(work);
    }

    @Override
    public void write(String name, Content content) {
      if (!isBefore) {
        super.write(name, content);
      }
      if (!next.isEmpty()) {
        next.remove(0).run();
      }
      if (isBefore) {
        super.write(name, content);
      }
    }

    @Override
    public RunFiles folder(String name) {
      return new Meddling(super.folder(name), isBefore, next);
    }
  }

  private static final class Steps {
    private int left;
    private boolean fails;

    Steps(int left) {
      this.left = left;
    }

    void step() {
      if (left-- == 0) {
        if (fails) {
          throw new StorageException("deliberately");
        }
        throw new Crash();
      }
    }
  }

  /** Crashes before or after one of its changes, or in the middle of one that is not atomic. */
  private static final class Crashing extends WithoutAppend {
    private final Steps steps;

    Crashing(RunFiles files, Steps steps) {
      super(files);
      this.steps = steps;
    }

    /** As on an object store: what is replaced goes first. */
    @Override
    public void write(String name, Content content) {
      steps.step();
      super.delete(name);
      steps.step();
      super.write(name, content);
      steps.step();
    }

    @Override
    public void delete(String name) {
      steps.step();
      super.delete(name);
      steps.step();
    }

    @Override
    public RunFiles folder(String name) {
      return new Crashing(super.folder(name), steps);
    }

    @Override
    public void deleteFolder() {
      steps.step();
      super.deleteFolder();
      steps.step();
    }
  }
}
