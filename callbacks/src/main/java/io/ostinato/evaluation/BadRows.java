package io.ostinato.evaluation;

import io.ostinato.describe.FromText;
import java.io.Serializable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What happens to rows that can't be turned into tensors or processed. Written {@code fail} or
 * {@code skip 10}.
 *
 * @param most the maximum number of rows that an evaluation skips, at least 0; with one more it
 *     fails
 */
public record BadRows(long most) implements Serializable {
  private static final Pattern FORM = Pattern.compile("fail|skip ([1-9][0-9]{0,17})");

  public BadRows {
    if (most < 0) {
      throw new IllegalArgumentException("skip %s must be at least 0".formatted(most));
    }
  }

  /** Fails the evaluation at the first bad row. */
  public static BadRows fail() {
    return new BadRows(0);
  }

  /** Skips up to this many rows of an evaluation. */
  public static BadRows skipUpTo(long most) {
    return new BadRows(most);
  }

  /** Reads a policy; empty if the text is none. */
  @FromText(value = "fail or skip n", pattern = "fail|skip [1-9][0-9]{0,17}")
  public static Optional<BadRows> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    return Optional.of(form.group(1) == null ? fail() : skipUpTo(Long.parseLong(form.group(1))));
  }

  /**
   * Checks that an evaluation doesn't skip more rows than allowed.
   *
   * @param tag identifies the evaluation
   * @param skipped the rows skipped so far, by all tasks or by one
   * @throws EvaluationException if there are too many; the message has their number, the limit and
   *     the first rows with their reasons
   */
  public void check(EvaluationTag tag, SkippedRows skipped) {
    problemOf(skipped)
        .ifPresent(
            problem -> {
              throw EvaluationException.of(tag, problem);
            });
  }

  /** Why these rows can't all be skipped; empty if they can. */
  public Optional<String> problemOf(SkippedRows skipped) {
    return problemOf(skipped.count(), skipped.toString());
  }

  /**
   * As {@link #problemOf(SkippedRows)}.
   *
   * @param first the first rows with their reasons
   */
  public Optional<String> problemOf(long count, String first) {
    return count <= most
        ? Optional.empty()
        : Optional.of(
            "%s rows or more can't be read or processed, but bad_rows is '%s'; correct or remove them,"
                    .formatted(count, this)
                + " or allow more with bad_rows: skip n; the first: "
                + first);
  }

  /** Whether any bad row may be skipped. */
  public boolean areSkipped() {
    return most > 0;
  }

  /** As it is written in a configuration. */
  @Override
  public String toString() {
    return most == 0 ? "fail" : "skip " + most;
  }
}
