package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.jobs.watch.WatchLab.Crash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that die anywhere, against what one that never dies would have done. */
@Tag("spark35")
class RestartTest {
  @TempDir Path folder;

  @Test
  void aCrashAtAnyStepLosesAndRepeatsNothing() throws IOException {
    int crashes = 0;
    for (long step = 0; ; step++) {
      WatchLab lab = new WatchLab(folder.resolve("step-" + step));
      List.of(0.3, 0.7, 0.5, -1.0, 0.2).forEach(value -> lab.write(name(lab.files.size()), value));
      lab.crashAt = step;
      boolean crashed = runsInto(lab, Policy.EVERY);
      lab.crashAt = Long.MAX_VALUE;
      lab.watch(Policy.EVERY, Ending.once());
      assertEachOnce(lab, 5, step);
      assertThat(lab.bestModel("best_model.accuracy.pt")).as("step %d", step).isEqualTo("0.7");
      assertThat(lab.bestModel("best_model.loss.pt")).as("step %d", step).isEqualTo("0.2");
      assertNothingHalf(lab);
      assertEachEvaluationIsRecordedOnce(lab);
      if (!crashed) {
        break;
      }
      crashes++;
    }
    assertThat(crashes).isGreaterThan(40);
  }

  @Test
  void manyCrashesWhileCheckpointsKeepComingLoseAndRepeatNothing() throws IOException {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      WatchLab lab = new WatchLab(folder.resolve("seed-" + seed));
      lab.work = Duration.ofSeconds(random.nextInt(30));
      int count = 1 + random.nextInt(12);
      double[] values = new double[count];
      int second = 0;
      for (int i = 0; i < count; i++) {
        int n = i;
        second += random.nextInt(40);
        values[i] = random.nextInt(8) == 0 ? -1 : random.nextInt(100) / 100.0;
        lab.at(second, () -> lab.write(name(n), values[n]));
      }
      Policy policy = random.nextBoolean() ? Policy.EVERY : Policy.LATEST;
      boolean crashed;
      do {
        lab.crashAt = lab.steps + random.nextInt(60);
        crashed = runsInto(lab, policy);
        assertSkippedForEvaluatedOnes(lab, seed);
      } while (crashed);
      lab.crashAt = Long.MAX_VALUE;
      lab.watch(policy, Ending.once());
      if (policy == Policy.EVERY) {
        assertEachOnce(lab, count, seed);
      } else {
        assertThat(lab.journal().stream().map(entry -> entry.checkpoint().name()))
            .as("case %d", seed)
            .containsExactlyInAnyOrderElementsOf(
                IntStream.range(0, count).mapToObj(RestartTest::name).toList());
      }
      double best = bestOf(lab);
      if (!Double.isNaN(best)) {
        assertThat(lab.bestModel("best_model.accuracy.pt")).isEqualTo(Double.toString(best));
      }
      if (policy == Policy.EVERY) {
        assertThat(lab.names(Outcome.SKIPPED)).isEmpty();
      } else {
        assertThat(lab.names(Outcome.SKIPPED)).doesNotContain(name(count - 1));
      }
      assertNothingHalf(lab);
      assertEachEvaluationIsRecordedOnce(lab);
    }
  }

  private static void assertEachOnce(WatchLab lab, int count, long which) {
    List<String> names = lab.journal().stream().map(entry -> entry.checkpoint().name()).toList();
    assertThat(names)
        .as("case %d", which)
        .containsExactlyElementsOf(IntStream.range(0, count).mapToObj(RestartTest::name).toList());
  }

  /** Whenever a process dies: nothing is skipped before something newer has been evaluated. */
  private static void assertSkippedForEvaluatedOnes(WatchLab lab, int seed) {
    Instant newest = Instant.MIN;
    for (JournalEntry entry : lab.journal()) {
      Instant modified = entry.checkpoint().modified();
      if (entry.outcome() == Outcome.EVALUATED && modified.isAfter(newest)) {
        newest = modified;
      } else if (entry.outcome() == Outcome.SKIPPED) {
        assertThat(modified).as("case %d: %s", seed, entry).isBeforeOrEqualTo(newest);
      }
    }
  }

  private static void assertEachEvaluationIsRecordedOnce(WatchLab lab) {
    assertThat(lab.evaluations())
        .containsExactlyElementsOf(
            lab.journal().stream()
                .filter(entry -> entry.outcome() != Outcome.SKIPPED)
                .map(
                    entry ->
                        "%s %s %s"
                            .formatted(
                                entry.checkpoint().name(),
                                entry.time(),
                                entry.outcome() == Outcome.EVALUATED ? "ok" : "failed"))
                .toList());
  }

  private static double bestOf(WatchLab lab) {
    return lab.journal().stream()
        .filter(entry -> entry.outcome() == Outcome.EVALUATED)
        .mapToDouble(entry -> entry.metrics().getOrDefault("accuracy", Double.NaN))
        .max()
        .orElse(Double.NaN);
  }

  private static void assertNothingHalf(WatchLab lab) throws IOException {
    Path checkpoints = lab.run.resolve("checkpoints");
    if (Files.exists(checkpoints)) {
      try (Stream<Path> files = Files.list(checkpoints)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .isSubsetOf("best_model.accuracy.pt", "best_model.loss.pt");
      }
    }
  }

  /** True if the process has crashed. */
  private static boolean runsInto(WatchLab lab, Policy policy) {
    try {
      lab.watch(policy, Ending.idleFor(Duration.ofMinutes(2)));
      return false;
    } catch (Crash crash) {
      return true;
    }
  }

  private static String name(int n) {
    return "E%d_U%d_S%d.pt".formatted(n + 1, n + 1, n + 1);
  }
}
