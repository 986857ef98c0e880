package io.ostinato.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.jobs.UserMetric;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.TrainingLength;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that is wrong with a configuration is told together, each with its line. */
@Tag("spark35")
class RunMistakesTest {
  static final String RIGHT =
      """
      model: {kind: mlp, input_shape: [4], outputs: 3}
      datasets:
        train: {path: a, columns: {x: {column: a, shape: [4]}, y: {column: b, type: int64}}}
        evaluations:
          test: {path: b, columns: {x: {column: a, shape: [4]}, y: {column: b, type: int64}}}
      length: {epochs: 2}
      callbacks:
      - {kind: metric, metrics: accuracy}
      - {kind: checkpoint, every_n_updates: 5}
      """;

  @Test
  void mistakesOfTheFileAreToldTogetherWithTheirLines() {
    assertThatThrownBy(
            () ->
                bind(
                    """
                    model:
                      kind: mlp
                      input_shape: [4, x]
                      outputs: -3
                    datasets:
                      train: {path: a, columns: {x: {colum: a}, y: {column: b}}, limit: much}
                      evaluations: [a]
                    length: {epochs: 2, updates: 3}
                    effective_batchsize: 64
                    seed: "1"
                    seed: 2
                    last_batch: dorp
                    default_callbacks: yes
                    optimizer: {kind: adm}
                    loss: tiny
                    callbacks:
                    - {kind: metric, metrics: [accuracy, {kind: f1, average: mean}]}
                    - kind: checkpoint
                      every_n_epoch: 1
                    - kind: com.example.Gone
                    - {kind: ema, factors: [0.9, 1.5]}
                    - {kind: metric_early_stopper, metric: loss/test, tolerance: 0}
                    - metrics: accuracy
                    -
                    trackers: [consol]
                    """,
                    "seed=x",
                    "callbacks.9.kind=ema",
                    "length.epochs.more=1",
                    "nothing"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            """
            run.yaml:3: 'model.input_shape.1' must be a whole number; given: 'x'
            run.yaml:4: 'model.outputs' must be at least 1; given: -3
            run.yaml:6: unknown key 'colum' in 'datasets.train.columns.x'; did you mean 'column'?
            run.yaml:6: 'datasets.train.columns.x.column' is missing: Column of the dataset: numbers, arrays of numbers, vectors or matrices of Spark ML, or `binary`.
            run.yaml:6: 'datasets.train.limit' must be a size such as 512m or 2g; given: 'much'
            run.yaml:7: 'datasets.evaluations' must be a section of keys; given: a list
            run.yaml:8: 'length': give exactly one of epochs, updates and samples
            run.yaml:9: unknown key 'effective_batchsize'; did you mean 'effective_batch_size'?
            run.yaml:11: duplicate key 'seed', first at run.yaml:10
            run.yaml:12: 'last_batch' must be one of drop, keep; given: 'dorp'; did you mean 'drop'?
            run.yaml:13: 'default_callbacks' must be true or false; given: 'yes'
            run.yaml:14: unknown kind 'adm' in 'optimizer'; did you mean 'adam'?
            run.yaml:15: unknown kind 'tiny' in 'loss'; known: softmax_cross_entropy, sigmoid_binary_cross_entropy, l1, l2, hinge, or the name of a class
            run.yaml:17: 'callbacks.0.metrics.1.classes' is missing: Number of classes; with `label_axis`, of labels.
            run.yaml:17: 'callbacks.0.metrics.1.average' must be one of micro, macro, weighted, binary; given: 'mean'
            run.yaml:19: unknown key 'every_n_epoch' in 'callbacks.1'; did you mean 'every_n_epochs'?
            run.yaml:20: 'callbacks.2': there is no class 'com.example.Gone' on the class path; add its jar, with --jars for spark-submit
            run.yaml:21: 'callbacks.3.factors' must be below 1; given: 1.5
            run.yaml:22: 'callbacks.4.tolerance' must be at least 1; given: 0
            run.yaml:23: 'callbacks.5' needs a 'kind', one of: metric, offline_loss, online_loss, best_metric, checkpoint, best_checkpoint, ema, metric_early_stopper, fixed_early_stopper, learning_rate, train_time, dataset_stats, parameter_count, peak_memory, gradient_norm, weight_norm, progress, eta, track_outputs
            run.yaml:24: 'callbacks.6' must be a section with a 'kind'; given: nothing
            run.yaml:25: unknown kind 'consol' in 'trackers.0'; did you mean 'console'?
            --set callbacks.9.kind=ema: 'callbacks' is a list of 7; '9' is not an index from 0 to 7
            --set length.epochs.more=1: 'length.epochs' is '2', which has no key 'more'; to replace it, use --set 'length.epochs={more: …}'
            --set nothing: expected a key and a value, for example optimizer.learning_rate=1e-3
            --set seed=x: 'seed' must be a whole number; given: 'x'""");
  }

  @Test
  void whatATrainingRefusesIsToldAtTheLineOfTheCallbackOrKey() {
    assertThatThrownBy(
            () ->
                checked(
                    RIGHT
                        + """
                                - {kind: metric, metrics: mse, dataset_key: tets}
                                - {kind: best_checkpoint, metric: speed/test}
                                - kind: offline_loss
                                  weights: ema=0.9
                                - {kind: best_checkpoint, metric: speed/test}
                                micro_batch_size: 5
                                """))
        .hasMessageContaining(
            "run.yaml:10: callback 'metrics.tets' asks for dataset 'tets'; registered: test")
        .hasMessageContaining("run.yaml:15: micro_batch_size=5 must divide effective_batch_size=32")
        .hasMessageContaining("asks for the weights 'ema=0.9'; offered: none")
        .hasMessageContaining(
            "declare it, as in metric_directions: {higher_is_better: 'speed/test'} or"
                + " lower_is_better");
  }

  @Test
  void aKeyThatHadAnotherNameIsTakenUnderBoth() {
    for (String name : List.of("patterns", "output_patterns")) {
      Bound<RunConfig> bound =
          bind(RIGHT + "- {kind: track_outputs, %s: ['*gate*', norm]}".formatted(name));
      assertThat(bound.value().callbacks().get(2).name())
          .as(name)
          .isEqualTo("track_outputs.*gate*.norm.E1");
      assertThat(bound.yaml(Set.of()))
          .contains("output_patterns:\n  - '*gate*'\n  - norm\n")
          .doesNotContain(" patterns:");
    }
    assertThat(bind(RIGHT, "callbacks.2={kind: track_outputs}", "callbacks.2.patterns=gate"))
        .extracting(bound -> bound.value().callbacks().get(2).name())
        .isEqualTo("track_outputs.gate.E1");
    assertThatThrownBy(
            () ->
                bind(
                    RIGHT
                        + """
                        - kind: track_outputs
                          output_patterns: a
                          patterns: [b]
                        - {kind: track_outputs, patterns: {a: b}}
                        - {kind: track_outputs, pattern: a}
                        """))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            """
            run.yaml:12: 'patterns' is another name of 'output_patterns' in 'callbacks.2'; specify only one of them
            run.yaml:13: 'callbacks.3.patterns' must be text; given: a section
            run.yaml:14: unknown key 'pattern' in 'callbacks.4'; did you mean 'patterns'?""");
  }

  @Test
  void twoOutputsAndTwoPartsMayBeMeasuredInOneRun() {
    String parts =
        RIGHT
            + """
            - kind: metric
              max_size: 10
              dataset_name: first_10
              metrics: [accuracy, {kind: accuracy, output: aux}]
            - {kind: offline_loss, output: logits}
            - {kind: offline_loss, output: aux, dataset_name: test.aux}
            - {kind: best_checkpoint, metric: accuracy.aux/first_10}
            """;
    assertThat(checked(parts).value().callbacks()).hasSize(6);
    assertThat(bind(bind(parts).yaml(Set.of())).written())
        .as("what is resolved is the same")
        .isEqualTo(bind(parts).written());
    assertThatThrownBy(() -> checked(parts.replace("dataset_name: first_10", "")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "run.yaml:10: callbacks 'metrics.test' and 'metrics.test' both write the metric"
                + " 'accuracy/test', but differ in max_size; give one another 'dataset_name' or, for"
                + " another output, metrics that select it; the other is at run.yaml:8");
  }

  @Test
  void callbacksThatMeetByTheNumberOfRowsAreLeftToSpark() {
    for (int updates : List.of(50, 11, 1)) {
      String meeting = RIGHT + "- {kind: metric, metrics: accuracy, every_n_updates: %s}%n";
      assertThat(checked(meeting.formatted(updates)).value().callbacks()).hasSize(3);
      assertThat(checkedToEvaluate(meeting.formatted(updates)).value().callbacks()).hasSize(3);
    }
    for (String told :
        List.of(
            "{epochs: 2}; every_n_epochs: 1; every_n_epochs: 1; ''",
            "{epochs: 6}; every_n_epochs: 2; every_n_epochs: 3; ' at epoch 6'",
            "{updates: 9}; every_n_updates: 2; every_n_updates: 3; ' at update 6'",
            "{updates: 9}; every_n_updates: 2; every_n_samples: 96; ' at update 6'",
            "{epochs: 2}; every_n_updates: 7; every_n_updates: 7; ''")) {
      List<String> parts = List.of(told.split("; "));
      String yaml =
          RIGHT
                  .replace("{epochs: 2}", parts.get(0))
                  .replace("metrics: accuracy", "metrics: accuracy, " + parts.get(1))
              + "- {kind: metric, metrics: accuracy, %s}%n".formatted(parts.get(2));
      assertThatThrownBy(() -> checked(yaml))
          .as(told)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(
              "run.yaml:10: callbacks 'metrics.test' and 'metrics.test' both write the metric"
                  + " 'accuracy/test'%s; remove it from".formatted(parts.get(3).replace("'", "")))
          .hasMessageEndingWith("; the other is at run.yaml:8");
    }
  }

  @Test
  void ofTwoCallbacksOfOneNameEachHasItsLine() {
    assertThatThrownBy(
            () ->
                checked(
                    RIGHT
                        + """
                        - {kind: metric, every_n_updates: 7, metrics: [mse, mse]}
                        - {kind: metric, every_n_updates: 3, metrics: [mae, mae]}
                        - {kind: best_checkpoint, metric: accuracy/test}
                        - {kind: best_checkpoint, metric: accuracy/test, every_n_epochs: 2}
                        """))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            """
            run.yaml:10: callback 'metrics.test' has two metrics 'mse'; remove one, or set the name of one
            run.yaml:11: callback 'metrics.test' has two metrics 'mae'; remove one, or set the name of one
            run.yaml:13: two stateful callbacks are named 'best_checkpoint.accuracy/test'; give one of them another name; the other is at run.yaml:12""");
  }

  private static Bound<RunConfig> checkedToEvaluate(String yaml) {
    Mistakes mistakes = new Mistakes();
    return new RunCheck(Configuration.read("run.yaml", yaml, List.of(), mistakes), mistakes)
        .toEvaluate();
  }

  @Test
  void aPartOfADatasetThatIsntThereIsToldAtTheLineOfTheCallback() {
    assertThatThrownBy(
            () ->
                checked(
                    RIGHT
                        + """
                        - {kind: offline_loss, columns: [x, z], max_size: 5}
                        """))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("run.yaml:10: callback '")
        .hasMessageEndingWith("asks for column 'z' of dataset 'test'; it has: x, y");
    assertThatThrownBy(
            () ->
                checked(
                    RIGHT
                        + """
                        - kind: offline_loss
                          columns: [x, x]
                        - kind: offline_loss
                          max_size: 0
                        """))
        .hasMessage(
            """
            run.yaml:10: 'callbacks.2': columns [x, x] contain 'x' twice; list each column once
            run.yaml:13: 'callbacks.3.max_size' must be at least 1; given: 0""");
  }

  @Test
  void whatATrainingRefusesIsToldBesideTheMistakesOfOtherKeys() {
    assertThatThrownBy(
            () ->
                checked(
                    RIGHT
                        + """
                        - {kind: metric, metrics: mse, dataset_key: tets}
                        - {kind: checkpoint, every_n_epoch: 1}
                        - {kind: best_checkpoint, metric: speed/test}
                        - {kind: offline_loss, weights: ema=0.9}
                        effective_batchsize: 64
                        micro_batch_size: 5
                        """,
                    "seed=x"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            """
            run.yaml:10: callback 'metrics.tets' asks for dataset 'tets'; registered: test
            run.yaml:11: unknown key 'every_n_epoch' in 'callbacks.3'; did you mean 'every_n_epochs'?
            run.yaml:14: unknown key 'effective_batchsize'; did you mean 'effective_batch_size'?
            --set seed=x: 'seed' must be a whole number; given: 'x'""");
    assertThatThrownBy(
            () ->
                checked(
                    RIGHT
                        + """
                        - {kind: best_checkpoint, metric: speed/test}
                        - {kind: offline_loss, weights: ema=0.9}
                        effective_batch_size: 64
                        micro_batch_size: 5
                        seed: x
                        """))
        .hasMessageContainingAll(
            "run.yaml:10: callback ",
            "declare it, as in metric_directions: {higher_is_better: 'speed/test'}",
            "run.yaml:11: callback ",
            "asks for the weights 'ema=0.9'; offered: none",
            "run.yaml:13: micro_batch_size=5 must divide effective_batch_size=64",
            "run.yaml:14: 'seed' must be");
  }

  @Test
  void aUsersMetricSaysWhichOfItsValuesAreBetter() {
    String decided =
        RIGHT + "- {kind: metric, metrics: %s}\n- {kind: best_checkpoint, metric: %s}\n";
    String speed = decided.formatted(UserMetric.yaml("speed", "higher_is_better"), "speed/test");
    assertThat(checked(speed).value().metricProperties().direction("speed/test"))
        .contains(Direction.HIGHER_IS_BETTER);
    assertThat(
            checked(speed + "metric_directions: {lower_is_better: speed/*}")
                .value()
                .metricProperties()
                .direction("speed/test"))
        .as("what a user declares comes first")
        .contains(Direction.LOWER_IS_BETTER);
    String loss = decided.formatted(UserMetric.yaml("my_loss", "higher_is_better"), "my_loss/test");
    assertThat(checked(loss).value().metricProperties().direction("my_loss/test"))
        .as("what the metric says comes before the words of its key")
        .contains(Direction.HIGHER_IS_BETTER);
    assertThat(
            checked(decided.formatted(UserMetric.yaml("my_loss"), "my_loss/test"))
                .value()
                .metricProperties()
                .direction("my_loss/test"))
        .contains(Direction.LOWER_IS_BETTER);
    assertThatThrownBy(
            () ->
                checked(
                    decided.formatted(
                        UserMetric.yaml("accuracy_of_4", "neutral"), "accuracy_of_4/test")))
        .hasMessageContaining(
            "run.yaml:11: callback 'best_checkpoint.accuracy_of_4/test' decides by the metric"
                + " 'accuracy_of_4/test', which is neutral; declare it,");
    assertThatThrownBy(() -> checked(decided.formatted(UserMetric.yaml("speed"), "speed/test")))
        .hasMessageContaining(
            "run.yaml:11: callback 'best_checkpoint.speed/test' decides by the metric 'speed/test',"
                + " of which it isn't known whether it is better when higher or when lower");
  }

  @Test
  void aMetricOfACallbackWithMistakesIsNotCalledUnknown() {
    assertThatThrownBy(
            () ->
                checked(
                    RIGHT
                        + """
                        - {kind: metric, batch_size: 0, metrics: %s}
                        - {kind: best_checkpoint, metric: speed/test}
                        - {kind: best_checkpoint, metric: optim/lr/all}
                        """
                            .formatted(UserMetric.yaml("speed", "higher_is_better"))))
        .hasMessageContaining("run.yaml:10: 'callbacks.2.batch_size' must be at least 1")
        .hasMessageContaining("run.yaml:12: callback")
        .hasMessageContaining("which is neutral")
        .hasMessageNotContaining("speed");
  }

  @Test
  void whatDependsOnAWrongKeyIsNotGuessedAt() {
    String twice = RIGHT.replace("test: {path: b, columns", "tets: {path: b, colums");
    assertThatThrownBy(() -> checked(twice)).hasMessageNotContaining("asks for");
    assertThatThrownBy(() -> checked("- a")).hasMessageContaining("must be a section of keys");
  }

  @Test
  void theFolderOfARunIsNotJudgedWhileAKeyIsWrong(@TempDir Path folder) throws IOException {
    Files.createDirectories(folder.resolve("a"));
    Files.writeString(folder.resolve("a/metrics.jsonl"), "{}\n");
    String there = RIGHT + "run_id: a\noutput: " + folder + "\n";
    String message = "run.yaml:12: 'seed' must be a whole number; given: 'x'";
    assertThatThrownBy(() -> checkedToEvaluate(there + "seed: x\n")).hasMessage(message);
    assertThatThrownBy(() -> checked(there + "seed: x\n")).hasMessage(message);
    assertThatThrownBy(() -> checked(there)).hasMessageContaining("run 'a' already exists in '");
    checkedToEvaluate(there);
  }

  @Test
  void whatDependsOnSizesIsNotJudgedWhileTheyAreWrong() {
    String meeting =
        RIGHT
            + """
            - {kind: metric, metrics: accuracy, every_n_updates: 3}
            - {kind: metric, metrics: accuracy, every_n_updates: 3}
            """;
    assertThatThrownBy(() -> checked(meeting)).hasMessageContaining("both write the metric");
    assertThatThrownBy(() -> checked(meeting, "effective_batch_size=64x"))
        .hasMessage(
            "--set effective_batch_size=64x: 'effective_batch_size' must be a whole number; given:"
                + " '64x'");
  }

  @Test
  void anOutputThatCantBeHadIsReportedWithAllOtherMistakes() {
    assertThatThrownBy(() -> checked(RIGHT, "output=nosuch://x/runs", "micro_batch_size=5"))
        .hasMessageContainingAll(
            "--set output=nosuch://x/runs: ",
            "--set micro_batch_size=5: micro_batch_size=5 must divide effective_batch_size=32");
    assertThatThrownBy(() -> checked(RIGHT, "output=nosuch://x/runs", "seed=x"))
        .hasMessage("--set seed=x: 'seed' must be a whole number; given: 'x'");
    checkedToEvaluate(RIGHT + "output: nosuch://x/runs\n");
  }

  private static Bound<RunConfig> checked(String yaml, String... overrides) {
    Mistakes mistakes = new Mistakes();
    return new RunCheck(
            Configuration.read("run.yaml", yaml, List.of(overrides), mistakes), mistakes)
        .toTrain();
  }

  @Test
  void anIdThatLeadsOutOfTheFolderOfRunsIsToldWithItsLine() {
    String form = "a name of letters, digits and . _ = -, which doesn't begin with a dot";
    assertThatThrownBy(
            () ->
                checked(
                    RIGHT
                        + """
                        run_id: ../x
                        resume: {run_id: /tmp/x}
                        checkpoints: hdfs://name-node/runs
                        seeds: 3
                        """))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            """
            run.yaml:10: 'run_id' must be %s; given: '../x'
            run.yaml:11: 'resume.run_id' must be %s; given: '/tmp/x'
            run.yaml:13: unknown key 'seeds'; did you mean 'seed'?"""
                .formatted(form, form));
    assertThatThrownBy(() -> bind(RIGHT, "resume=..", "run_id=a/b"))
        .hasMessage(
            """
            --set run_id=a/b: 'run_id' must be %s; given: 'a/b'
            --set resume=..: 'resume.run_id' must be %s; given: '..'"""
                .formatted(form, form));
    assertThat(bind(RIGHT, "run_id=20261124-1").value().runId()).hasToString("20261124-1");
    assertThat(bind(RIGHT, "resume=7").flat()).containsEntry("resume.run_id", "7");
  }

  @Test
  void numbersThatAreTooLargeAreToldWithTheirRange() {
    assertThatThrownBy(
            () ->
                bind(
                    RIGHT.replace("epochs: 2", "epochs: 9223372036854775808")
                        + """
                        seed: -3000000000
                        effective_batch_size: 0xFFFFFFFFF
                        skip_non_finite: 1.5
                        optimizer: {kind: adam, learning_rate: .inf, epsilon: 1e999, beta1: -.INF}
                        gradient_clipping: {norm: .nan}
                        """))
        .hasMessage(
            """
            run.yaml:6: 'length.epochs' must be a whole number from -9223372036854775808 to 9223372036854775807; given: '9223372036854775808', which is too large
            run.yaml:10: 'seed' must be a whole number from -2147483648 to 2147483647; given: '-3000000000', which is too small
            run.yaml:11: 'effective_batch_size' must be a whole number from -2147483648 to 2147483647; given: '0xFFFFFFFFF', which is too large
            run.yaml:12: 'skip_non_finite' must be a whole number; given: '1.5'
            run.yaml:13: 'optimizer.learning_rate.value' must be a finite number; given: '.inf'
            run.yaml:13: 'optimizer.beta1' must be a finite number; given: '-.INF'
            run.yaml:13: 'optimizer.epsilon' must be a number from -1.7976931348623157E308 to 1.7976931348623157E308; given: '1e999', which is too large
            run.yaml:14: 'gradient_clipping.norm' must be a finite number; given: '.nan'""");
  }

  @Test
  void wholeNumbersMayBeHexadecimalAndOctal() {
    Bound<RunConfig> bound =
        bind(
            RIGHT
                + """
                    - {kind: com.example.Mine, options: {scale: 1, a: 0x10, b: 9223372036854775808}}
                    """
                    .replace("com.example.Mine", TrainCommandTest.Share.class.getName()),
            "seed=0x10",
            "effective_batch_size=0o17",
            "skip_non_finite=+3",
            "optimizer={kind: adam, learning_rate: 0x1}",
            "output=0x10");
    RunConfig config = bound.value();
    assertThat(config.seed()).isEqualTo(16);
    assertThat(config.effectiveBatchSize()).isEqualTo(15);
    assertThat(config.skipNonFinite()).isEqualTo(3);
    assertThat(config.output()).isEqualTo("0x10");
    assertThat(bound.flat())
        .containsEntry("optimizer.learning_rate.value", "1.0")
        .containsEntry("callbacks.2.options.a", "16")
        .containsEntry("callbacks.2.options.b", "9223372036854775808");
  }

  @Test
  void tagsThatMeanNothingHereAreToldWithTheirLine() {
    assertThatThrownBy(
            () ->
                bind(
                    RIGHT.replace("{epochs: 2}", "!!set {epochs: 2}")
                        + """
                        - !mine {kind: eta}
                        seed: !foo 3
                        !!binary output: !!python/object x
                        metric_directions: {higher_is_better: !!map [a]}
                        skip_non_finite: !!int abc
                        default_callbacks: !!bool yes
                        effective_batch_size: !!float 12
                        """,
                    "micro_batch_size=!foo 4"))
        .hasMessage(
            """
            run.yaml:6: unknown tag '!!set'; remove it
            run.yaml:10: unknown tag '!mine'; remove it
            run.yaml:11: unknown tag '!foo'; remove it
            run.yaml:12: unknown tag '!!binary'; remove it
            run.yaml:12: unknown tag '!!python/object'; remove it
            run.yaml:13: unknown tag '!!map'; remove it
            run.yaml:14: the tag '!!int' doesn't match 'abc'; remove it
            run.yaml:14: 'skip_non_finite' must be a whole number; given: 'abc'
            run.yaml:15: the tag '!!bool' doesn't match 'yes'; remove it
            run.yaml:15: 'default_callbacks' must be true or false; given: 'yes'
            run.yaml:16: 'effective_batch_size' must be a whole number; given: '12'
            --set micro_batch_size=!foo 4: unknown tag '!foo'; remove it""");
  }

  @Test
  void tagsThatFitAreTaken() {
    Bound<RunConfig> bound =
        bind(
            RIGHT.replace("{epochs: 2}", "!!map {epochs: !!int '2'}")
                + """
                    output: !!str 12
                    checkpoints: ${HOME}
                    micro_batch_size: !!null
                    optimizer: {kind: !!str adam, learning_rate: !!float 1}
                    metric_directions: !!map {higher_is_better: !!seq [a]}
                    """);
    RunConfig config = bound.value();
    assertThat(config.output()).isEqualTo("12");
    assertThat(config.length()).isEqualTo(TrainingLength.epochs(2));
    assertThat(config.checkpoints()).isEqualTo("${HOME}");
    assertThat(config.microBatchSize()).isNull();
    assertThat(bound.flat()).containsEntry("optimizer.learning_rate.value", "1.0");
    assertThatThrownBy(() -> bind(RIGHT + "seed: !!str 12"))
        .hasMessage("run.yaml:10: 'seed' must be a whole number; given: '12'");
  }

  @Test
  void whatIsNoYamlIsToldWithItsLine() {
    assertThatThrownBy(() -> bind("model: mlp\nseed: [1\n"))
        .hasMessageStartingWith("run.yaml:3: invalid YAML: ");
    assertThatThrownBy(() -> bind(""))
        .hasMessageContaining("run.yaml:1: the configuration must be");
    assertThatThrownBy(() -> bind(RIGHT.replace("kind: mlp", "kind: torchscript")))
        .hasMessageStartingWith(
            "run.yaml:1: kind 'torchscript' in 'model': a TorchScript module can't be trained");
  }

  @Test
  void optionsReplaceAndAddAnything() {
    Bound<RunConfig> bound =
        bind(
            RIGHT,
            "seed=7",
            "optimizer.learning_rate=1e-3",
            "optimizer.kind=sgd",
            "callbacks.1.every_n_updates=9",
            "callbacks.2={kind: eta, label: mine}",
            "datasets.train.options.\"a.b\"=true",
            "resume=before");
    RunConfig config = bound.value();
    assertThat(config.seed()).isEqualTo(7);
    assertThat(config.optimizer()).isInstanceOf(OptimizerConfig.Sgd.class);
    assertThat(config.optimizer().optimizer(1)).hasFieldOrProperty("learningRateTracker");
    assertThat(bound.flat())
        .containsEntry("optimizer.learning_rate.kind", "fixed")
        .containsEntry("optimizer.learning_rate.value", "0.001")
        .containsEntry("callbacks.1.every_n_updates", "9")
        .containsEntry("callbacks.0.every_n_epochs", "1")
        .containsEntry("callbacks.2.label", "mine")
        .containsEntry("resume.checkpoint", "latest");
    assertThat(config.datasets().train().source().options()).containsEntry("a.b", "true");
  }

  @Test
  void theResolvedFileGivesTheSameConfigurationAgain() {
    String everything =
        RIGHT
            + """
            - {kind: best_metric, source: accuracy/test, targets: loss/test}
            - {kind: best_checkpoint, metric: accuracy/test, tolerances: [3, 5], weights: ema=0.9}
            - {kind: ema, factors: 0.9}
            - {kind: fixed_early_stopper, after: {samples: 100}}
            - {kind: track_outputs, every_n_samples: 64, reduction: last}
            - {kind: metric, metrics: [{kind: top_k, k: 2}, {kind: error_quantile, quantile: 0.9}]}
            optimizer: {kind: adamw, learning_rate: {kind: steps, from: 1, at_updates: [3, 9]}}
            gradient_clipping: {norm: 1}
            trackers: [console, {kind: tensorboard, folder: b}]
            metric_directions: {higher_is_better: 'a*'}
            """;
    Bound<RunConfig> bound = bind(everything);
    assertThat(bind(bound.yaml(Set.of())).written()).isEqualTo(bound.written());
  }

  static Bound<RunConfig> bind(String yaml, String... overrides) {
    return Configuration.read("run.yaml", yaml, List.of(overrides), new Mistakes())
        .bind(RunConfig.class);
  }
}
