package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.storage.LineFile;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.MetricsFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("spark35")
class WatcherTest {
  private static final Ending MINUTE = Ending.idleFor(Duration.ofMinutes(1));

  @TempDir Path folder;
  private WatchLab lab;

  @BeforeEach
  void newLab() {
    lab = new WatchLab(folder);
  }

  @Test
  void everyEvaluatesEachOnceInOrderAndEndsWhenNothingNewHasComeForAWhile() {
    lab.write("E2_U2_S2.pt", 0.5);
    lab.write("E1_U1_S1.pt", 0.4);
    lab.at(45, () -> lab.write("E3_U3_S3.pt", 0.6));
    lab.watch(Policy.EVERY, MINUTE);
    assertThat(lab.names(Outcome.EVALUATED))
        .containsExactly("E1_U1_S1.pt", "E2_U2_S2.pt", "E3_U3_S3.pt");
    assertThat(lab.evaluated).hasSize(3);
    assertThat(lab.pace.elapsed()).isBetween(Duration.ofSeconds(115), Duration.ofSeconds(130));
    assertThat(lab.out.toString())
        .startsWith("E1_U1_S1.pt ")
        .contains("accuracy 0.400000 (best)", "7 rows  0.500 s");
  }

  @Test
  void rowsThatWereSkippedAreInTheLineAndInTheJournal() {
    lab.skipped = 3;
    lab.write("E1_U1_S1.pt", 0.4);
    lab.watch(Policy.EVERY, MINUTE);
    assertThat(lab.out.toString()).contains("  7 rows (3 skipped)  0.500 s");
    assertThat(lab.journal()).singleElement().extracting(JournalEntry::skippedRows).isEqualTo(3L);
  }

  @Test
  void latestSkipsWhatWasOvertakenDuringAnEvaluation() {
    lab.work = Duration.ofSeconds(35);
    lab.write("E1_U1_S1.pt", 0.1);
    for (int i = 2; i <= 5; i++) {
      int n = i;
      lab.at(10 * n - 8, () -> lab.write("E%d_U%d_S%d.pt".formatted(n, n, n), 0.1 * n));
    }
    lab.watch(Policy.LATEST, MINUTE);
    assertThat(lab.names(Outcome.EVALUATED)).startsWith("E1_U1_S1.pt").endsWith("E5_U5_S5.pt");
    assertThat(lab.names(Outcome.SKIPPED)).isNotEmpty();
    assertThat(lab.journal()).hasSize(5);
    assertThat(lab.journal().stream().map(JournalEntry::reason)).contains("a newer one was there");
  }

  @Test
  void latestTakesTheNewestThatHadSettledHoweverLongTheEvaluationBeforeWas() {
    for (int seed = 0; seed < 50; seed++) {
      WatchLab training = new WatchLab(folder.resolve("seed-" + seed));
      Random random = new Random(seed);
      training.work = Duration.ofSeconds(random.nextInt(60));
      int second = 0;
      for (int n = 1; n <= 30; n++) {
        String name = "E1_U%d_S%d.pt".formatted(n, n);
        second += random.nextInt(20);
        training.at(second, () -> training.write(name, 0.1));
      }
      training.watch(Policy.LATEST, MINUTE);
      for (int i = 0; i < training.evaluated.size(); i++) {
        Instant settled = training.begun.get(i).minus(WatchLab.POLL);
        assertThat(training.evaluated.get(i))
            .as("evaluation %d of seed %d", i, seed)
            .isEqualTo(newest(training.files.values(), settled));
      }
      assertThat(training.evaluated).contains(training.files.get("E1_U30_S30.pt"));
    }
  }

  @Test
  void latestIsNotHeldBackByAFileThatKeepsGrowing() {
    lab.work = Duration.ofSeconds(15);
    for (int second = 0; second < 600; second += 7) {
      int n = second;
      lab.at(second, () -> lab.write("E9_U9_S9.pt", n));
      if (second % 70 == 0) {
        lab.at(second, () -> lab.write("E1_U%d_S1.pt".formatted(n), 0.1));
      }
    }
    lab.watch(Policy.LATEST, MINUTE);
    assertThat(lab.names(Outcome.EVALUATED)).hasSize(10).endsWith("E9_U9_S9.pt");
    assertThat(lab.names(Outcome.SKIPPED)).isEmpty();
  }

  @Test
  void latestTakesTheLastModifiedWhereNotAllNamesHaveAnIteration() {
    lab.write("init.pt", 0.1);
    lab.at(3, () -> lab.write("net-E1_U1_S1.pt", 0.2));
    lab.at(4, () -> lab.write("net-E2_U2_S2.pt", 0.3));
    lab.at(5, () -> lab.write("net-E3_U3_S3.pt", 0.4));
    lab.pace.pause(Duration.ofSeconds(6));
    lab.watch(Policy.LATEST, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("net-E3_U3_S3.pt");
    assertThat(lab.names(Outcome.SKIPPED))
        .containsExactly("init.pt", "net-E1_U1_S1.pt", "net-E2_U2_S2.pt");
  }

  @Test
  void whatIsSkippedAtOnceIsCountedLineByLine() {
    for (String name : List.of("a.pt", "b.pt", "c.pt")) {
      lab.write(name, 0.1);
      lab.pace.pause(Duration.ofSeconds(1));
    }
    lab.watch(Policy.LATEST, Ending.once());
    assertThat(lab.journal())
        .extracting(entry -> entry.checkpoint().name() + " " + entry.iteration())
        .containsExactly("c.pt E0_U1_S0", "a.pt E0_U2_S0", "b.pt E0_U3_S0");
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("c.pt");
  }

  /** A training counts updates anew in every epoch or not, and writes names of one or two forms. */
  @Test
  void latestNeverSkipsWhatIsNewerThanTheOneItTakes() {
    List<String> names =
        List.of(
            "epoch_%1$d_step_%2$d",
            "E%1$d_U%2$d_S%3$d",
            "epoch=%1$d",
            "step_%2$d",
            "checkpoint_%1$d_%2$d",
            "checkpoint%1$d",
            "last");
    int skipped = 0;
    for (int seed = 0; seed < 150; seed++) {
      WatchLab training = new WatchLab(folder.resolve("seed-" + seed));
      Random random = new Random(seed);
      training.work = Duration.ofSeconds(random.nextInt(40));
      int perEpoch = 2 + random.nextInt(5);
      boolean anew = random.nextBoolean();
      List<String> forms = new ArrayList<>(names);
      Collections.shuffle(forms, random);
      forms = forms.subList(0, 1 + random.nextInt(2));
      int second = 0;
      for (int i = 1; i <= 30; i++) {
        second += random.nextInt(10);
        int update = 10 * (anew ? 1 + i % perEpoch : i);
        String name =
            forms.get(random.nextInt(forms.size())).formatted(1 + i / perEpoch, update, 8 * update);
        training.at(second, () -> training.write(name + ".pt", 0.1));
      }
      training.watch(Policy.LATEST, MINUTE);
      boolean onlyStepsAnew = anew && forms.equals(List.of("step_%2$d"));
      if (!onlyStepsAnew) {
        skipped += assertSkippedForNewerOnes(training.journal(), seed);
      }
    }
    assertThat(skipped).isGreaterThan(1000);
  }

  /** Whatever names say: this training writes one checkpoint after the other. */
  private static int assertSkippedForNewerOnes(List<JournalEntry> journal, int seed) {
    int skipped = 0;
    Instant newest = Instant.MIN;
    for (JournalEntry entry : journal) {
      Instant modified = entry.checkpoint().modified();
      if (entry.outcome() == Outcome.EVALUATED) {
        newest = modified.isAfter(newest) ? modified : newest;
      } else if (entry.reason().equals("a newer one was there")) {
        assertThat(modified).as("seed %d: %s", seed, entry).isBeforeOrEqualTo(newest);
        skipped++;
      }
    }
    return skipped;
  }

  @Test
  void latestTakesTheNewestWhereUpdatesBeginAnewInEveryEpoch() {
    lab.write("epoch_1_step_900.pt", 0.1);
    lab.at(5, () -> lab.write("epoch_2_step_100.pt", 0.2));
    lab.pace.pause(Duration.ofSeconds(6));
    lab.watch(Policy.LATEST, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("epoch_2_step_100.pt");
    assertThat(lab.names(Outcome.SKIPPED)).containsExactly("epoch_1_step_900.pt");
  }

  @Test
  void latestTakesTheNextNewestWhereTheNewestCantBeEvaluated() {
    lab.write("step_1.pt", 0.1);
    lab.write("step_2.pt", 0.2);
    lab.write("step_3.pt", -1);
    lab.write("step_4.pt", -1);
    lab.watch(Policy.LATEST, Ending.once());
    assertThat(lab.names(Outcome.FAILED)).containsExactly("step_4.pt", "step_3.pt");
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("step_2.pt");
    assertThat(lab.names(Outcome.SKIPPED)).containsExactly("step_1.pt");
  }

  @Test
  void latestTakesTheNextNewestWhereTheNewestIsGoneWhenItIsRead() {
    lab.write("step_1.pt", 0.1);
    lab.write("step_2.pt", 0.2);
    lab.readFailures.add(new FileNotFoundException("step_2.pt"));
    lab.watch(Policy.LATEST, Ending.once());
    assertThat(lab.names(Outcome.FAILED)).containsExactly("step_2.pt");
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("step_1.pt");
    assertThat(lab.names(Outcome.SKIPPED)).isEmpty();
  }

  @Test
  void latestSkipsWhatIsDeletedWhileANewerOneIsEvaluated() {
    lab.work = Duration.ofSeconds(20);
    lab.write("step_1.pt", 0.1);
    lab.write("step_2.pt", 0.2);
    lab.at(20, () -> lab.files.remove("step_1.pt"));
    lab.watch(Policy.LATEST, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("step_2.pt");
    assertThat(lab.names(Outcome.SKIPPED)).containsExactly("step_1.pt");
    assertThat(lab.names(Outcome.FAILED)).isEmpty();
  }

  @Test
  void latestEvaluatesThoseOfTheSameTimeThatNothingTellsApart() {
    lab.write("b.pt", 0.1);
    lab.write("a.pt", 0.2);
    lab.write("net-E2_U2_S2.pt", 0.3);
    lab.write("net-E1_U1_S1.pt", 0.4);
    lab.watch(Policy.LATEST, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("net-E2_U2_S2.pt", "b.pt", "a.pt");
    assertThat(lab.names(Outcome.SKIPPED)).containsExactly("net-E1_U1_S1.pt");
  }

  @Test
  void aLinkToACheckpointIsNotAnotherWhereverItIsTurned() {
    for (int n = 1; n <= 3; n++) {
      String name = "net-E%d_U%d_S%d.pt".formatted(n, n, n);
      double value = n;
      lab.at(
          20 * n,
          () -> {
            lab.write(name, value);
            lab.link("last.pt", name);
          });
    }
    lab.watch(Policy.EVERY, MINUTE);
    assertThat(lab.journal().stream().map(entry -> entry.checkpoint().name()))
        .containsExactly("net-E1_U1_S1.pt", "net-E2_U2_S2.pt", "net-E3_U3_S3.pt");
    assertThat(lab.evaluated).hasSize(3);
  }

  @Test
  void foldersThatLookLikeCheckpointsAreToldOfOnce() {
    lab.write("net-E1_U1_S1.pt", 0.1);
    lab.folders.addAll(List.of("checkpoint-500", "checkpoint-1000", "logs"));
    lab.watch(Policy.EVERY, MINUTE);
    assertThat(lab.err.toString().strip())
        .isEqualTo(
            "warning: 'checkpoint-1000' is a folder, and subfolders are not searched: a"
                + " checkpoint is a"
                + " single file; write checkpoints as files to the watched folder, set"
                + " --checkpoints to the folder that contains the files, or evaluate folders of"
                + " weights with a module as --architecture");
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("net-E1_U1_S1.pt");
  }

  private static CheckpointFile newest(Collection<CheckpointFile> files, Instant settled) {
    return files.stream()
        .filter(file -> !file.modified().isAfter(settled))
        .max(Comparator.comparing(file -> file.iteration().orElseThrow().iteration()))
        .orElseThrow();
  }

  @Test
  void whatStillHasAWriterHoldsLaterOnesAndTheEnd() {
    lab.write("E1_U1_S1.pt", 0.1);
    lab.write("E2_U2_S2.pt", 0.2);
    lab.open.add("E1_U1_S1.pt");
    lab.at(100, lab.open::clear);
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E1_U1_S1.pt", "E2_U2_S2.pt");
    assertThat(lab.begun).allMatch(time -> !time.isBefore(WatchLab.START.plusSeconds(100)));
  }

  @Test
  void anEmptyFileIsNoCheckpointUntilItHasBytes() {
    lab.write("E1_U1_S1.pt", 0.1);
    lab.files.put("E2_U2_S2.pt", new CheckpointFile("E2_U2_S2.pt", 0, WatchLab.START));
    lab.at(30, () -> lab.write("E2_U2_S2.pt", 0.2));
    lab.watch(Policy.LATEST, MINUTE);
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E1_U1_S1.pt", "E2_U2_S2.pt");
    assertThat(lab.journal()).hasSize(2);
  }

  @Test
  void aFileThatIsStillEmptyWhenTheWatchEndsHasALine() {
    lab.write("E1_U1_S1.pt", 0.1);
    lab.files.put("E2_U2_S2.pt", new CheckpointFile("E2_U2_S2.pt", 0, WatchLab.START));
    WatchReport report = lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E1_U1_S1.pt");
    assertThat(lab.names(Outcome.FAILED)).containsExactly("E2_U2_S2.pt");
    assertThat(report.count(Outcome.FAILED)).isOne();
    assertThat(lab.err.toString())
        .contains(
            "error: can't evaluate 'E2_U2_S2.pt': it is empty (0 bytes); was the training stopped"
                + " before it was written?");
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.journal()).as("not recorded again").hasSize(2);
    lab.write("E2_U2_S2.pt", 0.2);
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E1_U1_S1.pt", "E2_U2_S2.pt");
  }

  @Test
  void anEmptyFileThatWasOvertakenIsSkippedAndOneWithAWriterIsAwaited() {
    lab.files.put("E1_U1_S1.pt", new CheckpointFile("E1_U1_S1.pt", 0, WatchLab.START));
    lab.write("E2_U2_S2.pt", 0.2);
    lab.watch(Policy.LATEST, Ending.once());
    assertThat(lab.names(Outcome.SKIPPED)).containsExactly("E1_U1_S1.pt");
    lab.files.put("E3_U3_S3.pt", new CheckpointFile("E3_U3_S3.pt", 0, WatchLab.START));
    lab.open.add("E3_U3_S3.pt");
    lab.at(
        200,
        () -> {
          lab.write("E3_U3_S3.pt", 0.3);
          lab.open.clear();
        });
    lab.watch(Policy.LATEST, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E2_U2_S2.pt", "E3_U3_S3.pt");
    assertThat(lab.names(Outcome.FAILED)).isEmpty();
  }

  @Test
  void anErrorOfOneCheckpointIsItsFailureAndTheWatchGoesOn() {
    List<Throwable> errors =
        List.of(
            new OutOfMemoryError("Java heap space"),
            new StackOverflowError(),
            new NoClassDefFoundError("com/example/Net"),
            new AssertionError("no such thing"),
            new ClassNotFoundException("that nobody declared"));
    for (int i = 1; i <= errors.size(); i++) {
      lab.write("E%d_U%d_S%d.pt".formatted(i, i, i), 0.1);
    }
    lab.write("E9_U9_S9.pt", 0.9);
    lab.failures.addAll(errors);
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.names(Outcome.FAILED)).hasSize(errors.size());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E9_U9_S9.pt");
    assertThat(lab.err.toString())
        .contains(
            "'E1_U1_S1.pt': OutOfMemoryError: Java heap space; increase spark.driver.memory",
            "'E2_U2_S2.pt': StackOverflowError",
            "'E3_U3_S3.pt': NoClassDefFoundError: com/example/Net");
  }

  @Test
  void aBrokenJavaMachineEndsTheWatch() {
    lab.write("E1_U1_S1.pt", 0.1);
    lab.failures.add(new InternalError("broken"));
    assertThatThrownBy(() -> lab.watch(Policy.EVERY, Ending.once()))
        .isInstanceOf(InternalError.class);
    assertThat(lab.journal()).isEmpty();
  }

  @Test
  void dataThatWasUnreadableForAMomentDoesntFailACheckpoint() {
    lab.write("E1_U1_S1.pt", 0.1);
    lab.write("E2_U2_S2.pt", 0.2);
    UncheckedIOException moment = new UncheckedIOException(new IOException("a missing block"));
    lab.failures.add(moment);
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E1_U1_S1.pt", "E2_U2_S2.pt");
    lab.write("E3_U3_S3.pt", 0.3);
    lab.failures.addAll(List.of(moment, moment));
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.names(Outcome.FAILED)).containsExactly("E3_U3_S3.pt");
    assertThat(lab.begun).hasSize(5);
  }

  @Test
  void onceEndsWhenAllThatWasThereIsDone() {
    lab.write("a.pt", 0.5);
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("a.pt");
    assertThat(lab.pace.elapsed()).isEqualTo(WatchLab.POLL);
    assertThat(lab.journal().get(0).iteration()).hasToString("E0_U1_S0");
  }

  @Test
  void aFileThatIsReplacedIsEvaluatedAgainAndOnlyThen() {
    lab.write("model.pt", 0.5);
    lab.at(40, () -> lab.write("model.pt", 0.6));
    lab.watch(Policy.EVERY, MINUTE);
    lab.watch(Policy.EVERY, MINUTE);
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("model.pt", "model.pt");
    assertThat(lab.journal().stream().map(entry -> entry.metrics().get("accuracy")))
        .containsExactly(0.5, 0.6);
  }

  @Test
  void whatCantBeEvaluatedIsToldInOneLineAndTheWatchGoesOn() {
    lab.write("E1_U1_S1.pt", -1);
    lab.write("E2_U2_S2.pt", 0.5);
    WatchReport report = lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.names(Outcome.FAILED)).containsExactly("E1_U1_S1.pt");
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E2_U2_S2.pt");
    assertThat(report.count(Outcome.FAILED)).isOne();
    assertThat(lab.err.toString().strip())
        .isEqualTo("error: can't evaluate 'E1_U1_S1.pt': can't load it: native stack");
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.journal()).hasSize(2);
  }

  @Test
  void whatFailsBecauseSparkHasGoneIsNotTheCheckpointsFault() {
    lab.write("E1_U1_S1.pt", -1);
    lab.usable = false;
    assertThatThrownBy(() -> lab.watch(Policy.EVERY, Ending.once()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(lab.journal()).isEmpty();
  }

  @Test
  void whatVanishesBeforeItsTurnFailsAndWhatIsReplacedIsSkipped() {
    lab.work = Duration.ofSeconds(20);
    lab.write("E1_U1_S1.pt", 0.1);
    lab.write("E2_U2_S2.pt", 0.2);
    lab.write("E3_U3_S3.pt", 0.3);
    lab.at(20, () -> lab.files.remove("E2_U2_S2.pt"));
    lab.at(21, () -> lab.write("E3_U3_S3.pt", 0.4));
    lab.watch(Policy.EVERY, MINUTE);
    assertThat(lab.names(Outcome.FAILED)).containsExactly("E2_U2_S2.pt");
    assertThat(lab.err.toString()).contains("'E2_U2_S2.pt': it no longer existed at its turn");
    assertThat(lab.names(Outcome.SKIPPED)).containsExactly("E3_U3_S3.pt");
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E1_U1_S1.pt", "E3_U3_S3.pt");
  }

  @Test
  void aFolderThatCantBeReadForAWhileIsReadLater() {
    lab.write("E1_U1_S1.pt", 0.1);
    lab.listFailures.addAll(Collections.nCopies(Watcher.TRIES - 1, new IOException("no network")));
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E1_U1_S1.pt");
    lab.listFailures.addAll(Collections.nCopies(Watcher.TRIES, new IOException("no network")));
    assertThatThrownBy(() -> lab.watch(Policy.EVERY, Ending.once()))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "can't read the folder of checkpoints after 10 consecutive attempts:"
                + " java.io.IOException: no"
                + " network");
  }

  @Test
  void aCheckpointThatCantBeReadIsTriedThreeTimes() {
    lab.write("E1_U1_S1.pt", 0.1);
    lab.readFailures.addAll(Collections.nCopies(2, new IOException("node lost")));
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E1_U1_S1.pt");
    lab.write("E2_U2_S2.pt", 0.1);
    lab.readFailures.addAll(Collections.nCopies(3, new IOException("node lost")));
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.journal().get(1).reason())
        .isEqualTo("can't read it after 3 attempts: node lost");
  }

  @Test
  void aSignalEndsItAfterTheEvaluationInProgress() {
    lab.write("E1_U1_S1.pt", 0.1);
    lab.write("E2_U2_S2.pt", 0.2);
    lab.work = Duration.ofSeconds(5);
    lab.at(12, () -> lab.pace.stop = true);
    lab.watch(Policy.EVERY, Ending.never());
    assertThat(lab.names(Outcome.EVALUATED)).containsExactly("E1_U1_S1.pt");
  }

  @Test
  void theBestModelsAreCopiesAndNaNIsNeverTheBest() throws IOException {
    lab.write("E1_U1_S1.pt", Double.NaN);
    lab.write("E2_U2_S2.pt", 0.3);
    lab.write("E3_U3_S3.pt", 0.7);
    lab.write("E4_U4_S4.pt", 0.5);
    lab.write("E5_U5_S5.pt", 0.7);
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(lab.bestModel("best_model.accuracy.pt")).isEqualTo("0.7");
    assertThat(lab.bestModel("best_model.loss.pt")).isEqualTo("0.3");
    assertThat(lab.out.toString().lines().filter(line -> line.contains("accuracy 0.7")))
        .satisfiesExactly(
            first -> assertThat(first).contains("accuracy 0.700000 (best)"),
            second -> assertThat(second).doesNotContain("(best)"));
    try (Stream<Path> files = Files.list(folder.resolve("checkpoints"))) {
      assertThat(files).hasSize(2); // of "rank" it isn't known which way it is better
    }
  }

  @Test
  void theLinesAreRecordsOfMetricsLikeThoseOfEveryRun() {
    lab.write("E1_U1_S1.pt", 0.5);
    lab.write("E2_U2_S2.pt", -1);
    lab.watch(Policy.EVERY, Ending.once());
    assertThat(MetricsFile.read(folder.resolve("metrics.jsonl")))
        .satisfiesExactly(
            first -> {
              assertThat(first.iteration()).hasToString("E1_U1_S1");
              assertThat(first.metrics()).containsEntry("accuracy", 0.5);
            },
            second -> assertThat(second.metrics()).isEmpty());
  }

  @Test
  void aSecondWatchOnTheSameRunIsRefused() {
    try (LineFile lines = LocalRunFiles.in(folder).openLines("metrics.jsonl")) {
      assertThat(lines.lines()).isEmpty();
      assertThatThrownBy(() -> lab.watch(Policy.EVERY, Ending.once()))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("this process is writing '" + folder.resolve("metrics.jsonl"))
          .hasMessageContaining("give this run another id");
    }
  }
}
