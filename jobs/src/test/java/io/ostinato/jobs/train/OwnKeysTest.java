package io.ostinato.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.describe.Key;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.jobs.config.Bound;
import io.ostinato.model.EvaluationModel;
import io.ostinato.schedule.Schedule;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The keys that users' callbacks name by a record. */
class OwnKeysTest {
  private static final String KIND = "- kind: " + OwnKeysTest.class.getName();
  private static final String RIGHT =
      RunMistakesTest.RIGHT
          + KIND
          + "$Noisy\n"
          + """
            every_n_updates: 2
            max_size: 50
            scale: 1
            noise_level: low
            ks: [1, 5]
            limits: {first: {low: 0.5}}
          """;

  /** How much noise. */
  public enum Level {
    LOW,
    HIGH
  }

  /** What is read from within another record. */
  public record Limit(
      double low, @Key(value = "The highest.", optional = true) @Nullable Double high)
      implements Serializable {}

  /** The keys of {@link Noisy}. */
  public record Settings(
      double scale,
      Level noiseLevel,
      List<Integer> ks,
      Map<String, Limit> limits,
      @Key(value = "How often.", byDefault = "3", atLeast = 1) int tries)
      implements Serializable {
    public Settings {
      if (scale < 0) {
        throw new IllegalArgumentException("a negative scale turns everything around");
      }
    }
  }

  /** Evaluates, and has keys of its own. */
  public static class Noisy extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    final Settings settings;

    public Noisy(DataIteratorConfig config, Settings settings) {
      super("noisy", config);
      this.settings = settings;
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return new NDList();
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {}
  }

  /** Doesn't evaluate. */
  public static final class Plain extends PeriodicCallback {
    private static final long serialVersionUID = 1;
    final String label;

    /** Its key. */
    public record Keys(String label) {}

    public Plain(Schedule schedule, Keys keys) {
      super("plain", schedule);
      this.label = keys.label();
    }

    @Override
    protected void periodicCallback(Invocation at) {}
  }

  /** Takes a key that is taken. */
  public static final class Taken extends Callback {
    private static final long serialVersionUID = 1;

    /** Its keys. */
    public record Keys(int batchSize) {}

    public Taken(Keys keys) {
      super("taken" + keys.batchSize());
    }
  }

  /** Takes what YAML can't give. */
  public static final class Odd extends Callback {
    private static final long serialVersionUID = 1;

    /** Its keys. */
    public record Keys(Thread thread) {}

    public Odd(Keys keys) {
      super("odd" + keys.thread());
    }
  }

  /** Takes one record or another. */
  public static final class Torn extends Callback {
    private static final long serialVersionUID = 1;

    public Torn(Plain.Keys keys) {
      super("torn" + keys.label());
    }

    public Torn(Schedule schedule, Taken.Keys keys) {
      super("torn" + schedule + keys.batchSize());
    }
  }

  /** Evaluates, and takes the schedule of one that doesn't. */
  public static final class Misled extends Noisy {
    private static final long serialVersionUID = 1;

    public Misled(Schedule schedule, Settings settings) {
      super(DataIteratorConfig.every(schedule), settings);
    }
  }

  @Test
  void theyStandBesideTheKeysOfEveryCallback() {
    Noisy noisy = (Noisy) RunMistakesTest.bind(RIGHT).value().callbacks().get(2);
    assertThat(noisy.settings)
        .isEqualTo(
            new Settings(1, Level.LOW, List.of(1, 5), Map.of("first", new Limit(0.5, null)), 3));
    assertThat(noisy.schedule()).isEqualTo(Schedule.everyNUpdates(2));
    assertThat(noisy.config().selection().maxRows()).isEqualTo(50);
    String plain = RunMistakesTest.RIGHT + KIND + "$Plain\n  label: mine\n";
    assertThat(((Plain) RunMistakesTest.bind(plain).value().callbacks().get(2)).label)
        .isEqualTo("mine");
  }

  @Test
  void theResolvedConfigurationHasThemWithTheirDefaults() {
    Bound<RunConfig> bound = RunMistakesTest.bind(RIGHT, "callbacks.2.scale=0.25");
    String resolved = bound.yaml(Set.of());
    assertThat(resolved)
        .contains("scale: 0.25\n", "noise_level: low\n", "tries: 3\n", "max_size: 50\n");
    assertThat(RunMistakesTest.bind(resolved).written()).isEqualTo(bound.written());
    assertThat(bound.flat()).containsEntry("callbacks.2.limits.first.low", "0.5");
  }

  @Test
  void mistakesInThemAreToldAsThoseOfOtherKeys() {
    assertThatThrownBy(
            () ->
                RunMistakesTest.bind(
                    RunMistakesTest.RIGHT
                        + KIND
                        + "$Noisy\n"
                        + """
                          every_n_update: 2
                          scale: high
                          noise_levl: low
                          ks: [1, x]
                          limits: {first: {lo: 0.5}}
                          tries: 0
                        """))
        .hasMessage(
            """
            run.yaml:10: 'callbacks.2.noise_level' is missing
            run.yaml:11: unknown key 'every_n_update' in 'callbacks.2'; did you mean 'every_n_updates'?
            run.yaml:12: 'callbacks.2.scale' must be a number; given: 'high'
            run.yaml:13: unknown key 'noise_levl' in 'callbacks.2'; did you mean 'noise_level'?
            run.yaml:14: 'callbacks.2.ks.1' must be a whole number; given: 'x'
            run.yaml:15: unknown key 'lo' in 'callbacks.2.limits.first'; did you mean 'low'?
            run.yaml:15: 'callbacks.2.limits.first.low' is missing
            run.yaml:16: 'callbacks.2.tries' must be at least 1; given: 0\
            """);
    refused(
        "$Noisy\n  scale: -1\n  noise_level: low\n  ks: []\n  limits: {}",
        "run.yaml:10: 'callbacks.2': a negative scale turns everything around");
  }

  @Test
  void classesWhoseKeysCantBeAreRefused() {
    refused(
        "$Taken\n  batch_size: 3",
        "the class declares the key 'batch_size', which every class already has; rename it");
    refused(
        "$Odd\n  thread: 3",
        "Odd': 'thread' of its parameters Keys is of type Thread; a parameter must be a String,"
            + " int, long, double, boolean, an enum, a record of these, or a List or a Map of them"
            + " with String keys");
    refused("$Torn\n  label: x", "has constructors with different parameter records: ");
    refused(
        "$Misled\n  scale: 1\n  noise_level: low\n  ks: []\n  limits: {}",
        "needs a public constructor: (DataIteratorConfig, Settings) or (Settings)");
    refused(
        "$Plain\n  label: x\n  options: {a: 1}",
        "takes no options but has its own keys: label; write them next to 'kind'");
    refused("$Gone\n  label: x", "run.yaml:10: 'callbacks.2': there is no class '");
  }

  private static void refused(String keys, String message) {
    assertThatThrownBy(() -> RunMistakesTest.bind(RunMistakesTest.RIGHT + KIND + keys + "\n"))
        .as(keys)
        .hasMessageContaining(message)
        .hasMessageStartingWith("run.yaml:10: 'callbacks.2': ")
        .satisfies(refusal -> assertThat(refusal.getMessage()).hasLineCount(1));
  }
}
