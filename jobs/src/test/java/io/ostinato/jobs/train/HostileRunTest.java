package io.ostinato.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.Mistakes;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that are meant to exhaust the reader, or the terminal that shows what is wrong with them.
 */
@Tag("spark35")
class HostileRunTest {
  private static final String RIGHT = RunMistakesTest.RIGHT;
  private static final String TOO_MANY =
      "run.yaml:%d: the configuration has more than 100,000 values, counting those that aliases"
          + " repeat; shorten it, or use fewer aliases";
  private static final String TOO_DEEP =
      "sections and lists are nested more than 100 levels deep; nest them less deeply";

  @Test
  void aliasesThatMultiplyAreRefused() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      String alias = "*a" + (i - 1);
      bomb.append("a%1$d: &a%1$d [%2$s, %2$s, %2$s, %2$s, %2$s]\n".formatted(i, alias));
    }
    assertThat(refusal(bomb.toString())).isEqualTo(TOO_MANY.formatted(7));
    StringBuilder doubled = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++) {
      doubled.append("a%1$d: &a%1$d {l: *a%2$d, r: *a%2$d}\n".formatted(i, i - 1));
    }
    assertThat(refusal(doubled.toString())).startsWith("run.yaml:").contains("100,000 values");
    assertThat(refusal("a: [" + "1,".repeat(100_001) + "]")).isEqualTo(TOO_MANY.formatted(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "? ", "a: [b, ", "!!seq [", "&a [", "[[], "})
  void deepNestingIsRefused(String one) {
    for (int depth : new int[] {101, 1_000, 100_000}) {
      assertThat(refusal(one.repeat(depth))).as("%s times %s", depth, one).contains(TOO_DEEP);
    }
    String indented =
        IntStream.range(0, 1_000)
            .mapToObj(i -> " ".repeat(i) + "a:\n")
            .collect(Collectors.joining());
    assertThat(refusal(indented)).isEqualTo("run.yaml:101: " + TOO_DEEP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "-%s",
        "0x%s",
        "0o%s",
        "0.%s",
        "%s.5e3",
        "1e%s",
        "1e-%s",
        "!!int %s",
        "!!float %s",
        "\"%s\""
      })
  void longNumbersAreRefused(String form) {
    String number = form.formatted("1".repeat(100_000));
    assertThat(refusal(RIGHT + "seed: " + number)).startsWith("run.yaml:10: ").hasSizeLessThan(500);
    assertThat(refusal(RIGHT + "optimizer: {kind: adam, learning_rate: " + number + "}"))
        .startsWith("run.yaml:10: ")
        .hasSizeLessThan(500);
    assertThat(refusal(RIGHT, "seed=" + number)).startsWith("--set seed=").hasSizeLessThan(800);
  }

  @Test
  void aNumberThatIsTooLongIsNamedWithItsLength() {
    assertThat(refusal(RIGHT + "seed: " + "9".repeat(1_000_000)))
        .isEqualTo(
            "run.yaml:10: the number %s… (1,000,000 characters) is too long; at most 1,000 are"
                    .formatted("9".repeat(200))
                + " allowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e999999999",
        "-1e999999999",
        "1e-999999999",
        ".inf",
        "-.inf",
        ".nan",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "0x8000000000000000",
        "1_000",
        "0b1",
        "1e3",
        "1:30",
        "0x",
        "0o8",
        "+1",
        "--1",
        "''",
        "null",
        "~",
        "[]",
        "{}",
        "true"
      })
  void numbersOfEveryFormAreTakenOrRefused(String number) {
    for (String key :
        List.of(
            "seed", "effective_batch_size", "skip_non_finite", "length", "run_id", "optimizer")) {
      checked(RIGHT.replace("length: {epochs: 2}\n", "") + key + ": " + number);
    }
    for (String key : List.of("epochs", "updates", "samples")) {
      checked(RIGHT.replace("epochs: 2", key + ": " + number));
    }
    checked(RIGHT.replace("every_n_updates: 5", "every_n_updates: " + number));
    checked(RIGHT.replace("input_shape: [4]", "input_shape: [4, " + number + "]"));
    checked(RIGHT.replace("shape: [4]", "shape: [9223372036854775807, " + number + "]"));
  }

  @Test
  void whatIsEchoedIsShort() {
    String text = "k".repeat(200_000);
    for (String yaml :
        List.of(
            RIGHT.replace("kind: mlp", "kind: " + text),
            RIGHT.replace("kind: metric", "kind: " + text),
            RIGHT.replace("kind: metric", "kind: com.example." + text),
            RIGHT.replace("kind: metric", "kind: '" + "a.".repeat(100_000) + "'"),
            RIGHT.replace("input_shape", text.substring(0, 900)),
            RIGHT.replace("metrics: accuracy", "metrics: " + text),
            RIGHT.replace("metrics: accuracy", "metrics: accuracy, dataset_key: " + text),
            RIGHT.replace("path: a", "path: a, limit: " + text),
            RIGHT + "? " + text + "\n: 1",
            RIGHT + "seed: " + text,
            RIGHT + "seed: !" + text + " 1",
            RIGHT + "seed: *" + text,
            RIGHT + "last_batch: " + text,
            RIGHT + "run_id: /" + text,
            RIGHT + "metric_directions: {higher_is_better: '" + text + "', neutral: 3, x: 1}",
            RIGHT + "trackers: [" + text + "]",
            RIGHT + text)) {
      assertThat(refusal(yaml))
          .as(yaml.substring(0, 200))
          .startsWith("run.yaml:")
          .hasSizeLessThan(4_000);
    }
    for (String option :
        List.of(
            text, text + "=1", "seed=" + text, "seed." + text + "=1", "callbacks." + text + "=1")) {
      assertThat(refusal(RIGHT, option)).startsWith("--set ").hasSizeLessThan(3_000);
    }
  }

  @Test
  void whatIsEchoedCantControlATerminal() {
    String escape = "\"\\e[2J\\nrun.yaml:1: fine\\u202e\"";
    for (String yaml :
        List.of(
            RIGHT + "loss: " + escape,
            RIGHT.replace("kind: metric", "kind: " + escape),
            RIGHT.replace("metrics: accuracy", "metrics: accuracy, dataset_key: " + escape),
            RIGHT + "seed: " + escape,
            RIGHT + escape + ": 1")) {
      String refusal = refusal(yaml);
      assertThat(refusal.lines())
          .as(refusal)
          .allMatch(line -> line.matches("run\\.yaml:\\d+: '?[a-z].*"));
      assertThat(refusal).contains("\\u001b[2J\\nrun.yaml:1: fine\\u202e").doesNotContain("\u001b");
    }
    assertThat(refusal(RIGHT, "\u001b[2J\n=1")).startsWith("--set \\u001b[2J\\n=1: ");
  }

  @Test
  void manyMistakesAreNotAllListed() {
    String yaml =
        RIGHT
            + IntStream.range(0, 20_000)
                .mapToObj(i -> "k" + i + ": 1\n")
                .collect(Collectors.joining());
    List<String> lines = refusal(yaml).lines().toList();
    assertThat(lines).hasSize(101);
    assertThat(lines.get(99)).startsWith("run.yaml:109: unknown key 'k99'");
    assertThat(lines.get(100))
        .isEqualTo("run.yaml: there are more than 100 mistakes; fix those that are listed first");
  }

  @Test
  void overridesCantNestWithoutEndEither() {
    assertThat(refusal(RIGHT, "a.".repeat(100_000) + "a=1")).contains("at most 100 steps");
    assertThat(refusal(RIGHT, "seed=" + "[".repeat(100_000))).contains(TOO_DEEP);
    assertThat(refusal(RIGHT, "callbacks.99999999999999999999.kind=ema"))
        .contains("'99999999999999999999' is not an index from 0 to 2");
    assertThat(refusal(RIGHT, "callbacks.-1=ema")).contains("'-1' is not an index from 0 to 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: &a [*a]",
        "a: &a {b: *a}",
        "&a {*a : 1}",
        "a: *b",
        "<<: {seed: 1}",
        "a: !!java.net.URL [x]",
        "!!python/object:os.system {}",
        "a: !!binary 'x'",
        "--- a\n--- b",
        "a: 1\n---\nb: 2",
        "a: b: c",
        "a:\n\t- b",
        "a: 'b",
        "a: \"\\x\"",
        "%YAML 9.9\n---\na: 1",
        "%TAG ! x\n---\na: 1",
        "[a",
        "a: [1, 2",
        "{a: 1}: b",
        "? [a]\n: 1",
        "seed: 1\nseed: 2",
        "",
        "\0",
        "a: \u0007",
        "\ufffe",
        "...",
        "---",
        "-",
        "?",
        ":",
        "null",
        "3",
        "text",
        "[]",
        "a: &",
        "a: *",
        "a: !",
        "a: !<",
        "a: |9",
        "a: >-\n",
        "@a",
        "`",
        "a: !<tag:yaml.org,2002:int> x"
      })
  void brokenYamlHasALineAndAReason(String yaml) {
    assertThat(refusal(yaml)).matches("(?s)run\\.yaml:\\d+: .*").hasSizeLessThan(4_000);
  }

  @Test
  void aByteOrderMarkIsNoMistake() {
    assertThat(checked("\ufeff" + RIGHT)).isNull();
  }

  @Test
  void aliasesOfOrdinarySizeAreExpanded() {
    String yaml =
        RIGHT
                .replace("train: {path: a, columns: {", "train: {path: a, columns: &c {")
                .replaceAll("test: .*", "test: {path: b, columns: *c}")
            + IntStream.range(0, 80)
                .mapToObj(
                    i ->
                        "- {kind: metric, metrics: &m%1$d [mse], dataset_key: test, dataset_name: d%1$d}\n"
                            .formatted(i))
                .collect(Collectors.joining());
    assertThat(checked(yaml.replaceAll("metrics: &m(?!0 )\\d+ \\[mse\\]", "metrics: *m0")))
        .isNull();
  }

  @Test
  void shapesThatNoTensorHasAreRefused() {
    String large = "[4294967296, 4294967296]";
    for (String shape : List.of(large, "[0]", "[-1]", "[-9223372036854775808]", "[2147483648]")) {
      assertThat(refusal(RIGHT.replace("input_shape: [4]", "input_shape: " + shape)))
          .startsWith("run.yaml:1: 'model")
          .contains("shape");
      assertThat(refusal(RIGHT.replace("a, shape: [4]", "a, shape: " + shape)))
          .startsWith("run.yaml:3: 'datasets.train")
          .contains("shape");
    }
    assertThat(refusal(RIGHT.replace("input_shape: [4]", "input_shape: " + large)))
        .isEqualTo(
            "run.yaml:1: 'model': a row of float32 with the shape [4294967296, 4294967296] has more"
                + " than 2,147,483,647 bytes, the maximum of one row");
  }

  /** The mistakes that are found, as one text. */
  private static String refusal(String yaml, String... overrides) {
    Throwable thrown = checked(yaml, overrides);
    assertThat(thrown).as(yaml.substring(0, Math.min(200, yaml.length()))).isNotNull();
    return String.valueOf(thrown.getMessage());
  }

  /** What is thrown, which can only be the exception that is declared; null if all is right. */
  private static Throwable checked(String yaml, String... overrides) {
    Mistakes mistakes = new Mistakes();
    Throwable thrown =
        catchThrowable(
            () ->
                new RunCheck(
                        Configuration.read("run.yaml", yaml, Arrays.asList(overrides), mistakes),
                        mistakes)
                    .toEvaluate());
    if (thrown != null && !(thrown instanceof ConfigurationException)) {
      throw new AssertionError(yaml.substring(0, Math.min(2_000, yaml.length())), thrown);
    }
    return thrown;
  }
}
