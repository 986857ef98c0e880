package io.ostinato.jobs.scoring;

import io.ostinato.describe.TimeSpan;
import io.ostinato.describe.ValueType;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.NonFinite;
import io.ostinato.evaluation.OnFailure;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what an evaluation may do when something goes wrong; as in a run.yaml. */
final class PolicyOptions {
  private static final String ON_FAILURE = "--on-failure";
  private static final String DEADLINE = "--deadline";
  private static final String BAD_ROWS = "--bad-rows";
  private static final String NON_FINITE = "--non-finite";

  /** The names of the options that don't change what is measured. */
  static final List<String> WITHOUT_EFFECT_ON_METRICS = List.of(ON_FAILURE, DEADLINE);

  @Option(
      names = ON_FAILURE,
      paramLabel = "<policy>",
      description =
          "What happens when an evaluation fails: fail, or 'retry <n>' to repeat it up to n times"
              + " first. In a watch also warn or 'retry <n> then warn': failed checkpoints don't"
              + " affect its exit code. Default: fail.")
  private @Nullable String onFailure;

  @Option(
      names = DEADLINE,
      paramLabel = "<duration>",
      description =
          "Maximum duration of an attempt, such as 10m; a longer one is cancelled and counts as a"
              + " failure. Default: none.")
  private @Nullable String deadline;

  @Option(
      names = BAD_ROWS,
      paramLabel = "<policy>",
      description =
          "What happens to rows that can't be read or processed: fail, or 'skip <n>' to skip and"
              + " report up to n of them. Default: fail.")
  private @Nullable String badRows;

  @Option(
      names = NON_FINITE,
      paramLabel = "<policy>",
      description =
          "What happens to NaN and infinite results: accept, or fail to fail the evaluation."
              + " Default: accept.")
  private @Nullable String nonFinite;

  /** The policy; adds invalid values to the mistakes. */
  EvaluationPolicy policy(List<String> mistakes) {
    EvaluationPolicy policy =
        EvaluationPolicy.exact()
            .onFailure(
                read(ON_FAILURE, onFailure, OnFailure.class, mistakes).orElse(OnFailure.fail()))
            .badRows(read(BAD_ROWS, badRows, BadRows.class, mistakes).orElse(BadRows.fail()))
            .nonFinite(
                read(NON_FINITE, nonFinite, NonFinite.class, mistakes).orElse(NonFinite.ACCEPT));
    return read(DEADLINE, deadline, TimeSpan.class, mistakes)
        .map(most -> policy.deadline(most.duration()))
        .orElse(policy);
  }

  /** Reads a value as a configuration does. */
  private static <T> Optional<T> read(
      String option, @Nullable String text, Class<T> type, List<String> mistakes) {
    if (text == null) {
      return Optional.empty();
    }
    ValueType.Single form = (ValueType.Single) ValueType.of(type, type);
    Optional<T> value = form.value(text).map(type::cast);
    if (value.isEmpty()) {
      mistakes.add("%s '%s' must be %s".formatted(option, text, form.inWords()));
    }
    return value;
  }
}
