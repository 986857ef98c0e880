package io.ostinato.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ostinato.chaos.ChaosRun;
import io.ostinato.chaos.Differences;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.Mistakes;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged and hostile configurations, made from a seed: each is bound, or refused with {@link
 * ConfigurationException}, within a bounded heap. Each input has a seed of its own, which a failure
 * names; {@code -Dostinato.chaos.seed} and {@code -Dostinato.chaos.files=1} replay it.
 */
@Tag("spark35")
class RunMutationTest {
  private static final long SEED = Long.getLong("ostinato.chaos.seed", 14);
  private static final int FILES = Integer.getInteger("ostinato.chaos.files", 400);

  /** All that one input may allocate, dead or alive. */
  private static final long MOST_BYTES = 1L << 30;

  private static final String WHOLE =
      """
      model: {kind: mlp, input_shape: [1, 8, 8], hidden: [32, 16], outputs: 10, dropout: 0.1}
      datasets:
        train:
          path: digits.parquet
          limit: 512m
          columns: &columns
            x: {column: pixels, shape: [1, 8, 8]}
            class: {column: label, type: int64}
        evaluations:
          test: {path: digits.parquet, columns: *columns}
          other: {path: 'other.csv', format: csv, options: {header: "true"}, columns: *columns}
      loss: softmax_cross_entropy
      optimizer: {kind: sgd, learning_rate: {kind: cosine, from: 1e-2, to: 1e-4, over_updates: 100}, momentum: 0.9}
      length: {epochs: 3}
      effective_batch_size: 64
      micro_batch_size: 16
      gradient_clipping: {norm: 1.5}
      seed: 0x10
      callbacks:
      - {kind: metric, every_n_epochs: 1, dataset_key: test, metrics: [accuracy, {kind: f1, classes: 10}]}
      - {kind: offline_loss, every_n_updates: 100, dataset_key: other, max_size: 50}
      - {kind: ema, factors: [0.9, 0.99]}
      - kind: best_checkpoint
        metric: accuracy/test
      - {kind: metric_early_stopper, metric: accuracy/test, tolerance: 3}
      - {kind: track_outputs, output_patterns: ['*gate*', norm]}
      metric_directions: {higher_is_better: 'speed/*', neutral: ["a|b"]}
      trackers: [console]
      output: runs
      """;

  private static final List<String> HOSTILE =
      List.of(
          "[",
          "{",
          "}",
          "]",
          "- ",
          "? ",
          ": ",
          "*columns",
          "*x",
          "&columns ",
          "&x ",
          "<<: *columns\n",
          "!!int ",
          "!!java.lang.Runtime ",
          "!<x> ",
          "\t",
          "\n",
          "\n\n  ",
          "\0",
          "\u001b[31m",
          "\ufeff",
          "\u202e",
          "\ud800",
          "--- ",
          "...\n",
          "%YAML 1.1\n",
          "#",
          "'",
          "\"",
          "\\",
          "|\n",
          ">9\n",
          "~",
          "null",
          "true",
          ".nan",
          ".inf",
          "-.inf",
          "1e999999999",
          "-9223372036854775808",
          "9223372036854775808",
          "0x7fffffffffffffff",
          "0o777777777777777777777777",
          "2147483648",
          "-1",
          "0",
          "1_000",
          "''",
          "[]",
          "{}",
          "kind: ",
          "kind: mlp",
          "java.lang.String",
          "[I",
          "int",
          "a.b.c.",
          "../../x",
          "hdfs://x:y:z/",
          "%n%s%d",
          "${java.version}",
          "*a*a*a*a*a*a*b",
          "2g",
          "99999999999999999999g",
          "1e",
          "0x",
          "+",
          ",",
          "a: &a [*a]\n");

  @Test
  void aDamagedConfigurationIsBoundOrRefused() {
    List<String> failures = new ArrayList<>();
    int bound = 0;
    long start = System.nanoTime();
    for (int i = 0; i < FILES; i++) {
      long seed = SEED + i;
      String yaml = mutated(new Random(seed));
      try {
        bound += isBound(yaml) ? 1 : 0;
      } catch (Throwable failure) { // whatever is thrown is a failure, errors included
        failures.add("seed %s: %s%n%s".formatted(seed, failure, start(yaml)));
      }
    }
    System.out.printf("%s configurations from seed %s, %s of them bound%n", FILES, SEED, bound);
    ChaosRun.add(
        new ChaosRun.Row(
            "damaged files: run.yaml",
            FILES,
            FILES,
            Differences.NONE,
            "",
            Duration.ofNanos(System.nanoTime() - start)));
    assertThat(failures)
        .as("replay one with -Dostinato.chaos.files=1 -Dostinato.chaos.seed=<its seed>")
        .isEmpty();
    assertThat(bound).as("some are left whole").isLessThan(Math.max(1, FILES));
  }

  @Test
  void whatIsNotDamagedIsBound() {
    assertThat(isBound(WHOLE)).isTrue();
  }

  private static boolean isBound(String yaml) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    boolean isBound = true;
    try {
      Mistakes mistakes = new Mistakes();
      Bound<RunConfig> run =
          new RunCheck(Configuration.read("run.yaml", yaml, List.of(), mistakes), mistakes)
              .toEvaluate();
      assertThat(run.yaml(Set.of())).isNotEmpty();
      assertThat(run.flat()).isNotEmpty();
    } catch (ConfigurationException e) {
      isBound = false;
      assertThat(String.valueOf(e.getMessage()).lines())
          .hasSizeLessThanOrEqualTo(101)
          .allMatch(line -> line.startsWith("run.yaml") && line.length() < 3_000)
          .noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_BYTES);
    return isBound;
  }

  private static String mutated(Random random) {
    StringBuilder yaml = new StringBuilder(WHOLE);
    for (int i = random.nextInt(3); i >= 0; i--) {
      mutate(yaml, random);
    }
    return yaml.toString();
  }

  private static void mutate(StringBuilder yaml, Random random) {
    int at = random.nextInt(yaml.length() + 1);
    int end = Math.min(yaml.length(), at + 1 + random.nextInt(40));
    String hostile = HOSTILE.get(random.nextInt(HOSTILE.size()));
    switch (random.nextInt(12)) {
      case 0 -> yaml.delete(at, Math.min(end, at + 3));
      case 1 -> yaml.insert(at, hostile);
      case 2 -> yaml.insert(at, hostile.repeat(1 + random.nextInt(3_000)));
      case 3 -> replaceWord(yaml, at, hostile);
      case 4 -> replaceWord(yaml, at, word(random));
      case 5 ->
          yaml.insert(
              random.nextInt(yaml.length() + 1),
              yaml.substring(at, end).repeat(random.nextInt(200)));
      case 6 -> yaml.setLength(at);
      case 7 -> replaceWord(yaml, at, "9".repeat(random.nextInt(100_000)));
      case 8 -> yaml.insert(at, word(random) + ": " + word(random) + "\n");
      case 9 -> replaceWord(yaml, at, Long.toString(random.nextLong() >> random.nextInt(64)));
      case 10 -> replaceWord(yaml, at, "");
      default -> {
        for (int i = at; i < Math.min(end, at + 3); i++) {
          yaml.setCharAt(i, (char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
        }
      }
    }
    yaml.setLength(Math.min(yaml.length(), 1_000_000));
    if (yaml.length() == 0) {
      yaml.append(WHOLE);
    }
  }

  /** Replaces the word at an index, so that the structure around it is kept. */
  private static void replaceWord(StringBuilder yaml, int at, String word) {
    int start = at;
    int end = at;
    while (start > 0 && isOfWord(yaml.charAt(start - 1))) {
      start--;
    }
    while (end < yaml.length() && isOfWord(yaml.charAt(end))) {
      end++;
    }
    yaml.replace(start, end, word);
  }

  private static String word(Random random) {
    List<String> words = List.of(WHOLE.split("[^\\w.]+"));
    return words.get(random.nextInt(words.size()));
  }

  private static boolean isOfWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '.';
  }

  private static String start(String yaml) {
    return yaml.substring(0, Math.min(yaml.length(), 3_000));
  }
}
