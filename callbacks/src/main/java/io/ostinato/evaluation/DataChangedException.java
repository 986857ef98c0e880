package io.ostinato.evaluation;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if a dataset returns other rows, or the same rows in another order, than when it was first
 * read. The weights that were to be evaluated are not the cause.
 */
public final class DataChangedException extends EvaluationException {
  private static final long serialVersionUID = 1;

  private DataChangedException(@Nullable EvaluationTag tag, String message, String problem) {
    super(tag, message, problem, null);
  }

  /**
   * A change that an evaluation has met.
   *
   * @param change what has changed, as a clause
   */
  public static DataChangedException of(EvaluationTag tag, String change) {
    String problem = problem(change);
    return new DataChangedException(tag, tag + ": " + problem, problem);
  }

  /** A change met while the data was read, and no evaluation is known. */
  public static DataChangedException of(String change) {
    String problem = problem(change);
    return new DataChangedException(null, problem, problem);
  }

  private static String problem(String change) {
    return "the data has changed since it was first read: "
        + change
        + "; a dataset must return the same rows in the same order each time it is read: sort it"
        + " before a limit, give rand() a seed, and don't replace its files but copy them first, or"
        + " write its rows to Parquet and evaluate on that";
  }
}
