package io.ostinato.callback;

import java.util.Locale;
import java.util.OptionalLong;

/**
 * The evaluations that run beside training, as they are shown with its progress.
 *
 * @param moments the number of moments whose evaluations have not taken effect
 * @param rows the number of rows evaluated so far by those that run
 * @param lag the number of updates since the last moment whose evaluations have taken effect; empty
 *     if there is none
 */
public record EvaluationsUnderWay(int moments, long rows, OptionalLong lag) {
  /** No evaluations beside training. */
  public static final EvaluationsUnderWay NONE =
      new EvaluationsUnderWay(0, 0, OptionalLong.empty());

  /** A short text, such as {@code 2 moments evaluating, 5,120 rows; last result 12 updates old}. */
  @Override
  public String toString() {
    String running =
        moments == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "%d %s evaluating, %,d rows",
                moments,
                moments == 1 ? "moment" : "moments",
                rows);
    String last =
        lag.isPresent()
            ? String.format(Locale.ROOT, "last result %,d updates old", lag.getAsLong())
            : "";
    return running + (running.isEmpty() || last.isEmpty() ? "" : "; ") + last;
  }
}
