package io.ostinato.evaluation;

/**
 * How an evaluation reads its dataset. Evaluations of the same model and weights can share a pass
 * over the same dataset if these terms agree.
 *
 * @param selection the part of the dataset that is evaluated
 * @param batchSize the maximum number of rows per batch
 * @param target the destination of the results
 * @param policy what may happen when something goes wrong
 */
public record PassTerms(
    DataSelection selection, int batchSize, ResultsTarget target, EvaluationPolicy policy) {

  /**
   * Whether both can share a pass: they read the same rows and columns in the same batches, skip
   * the same bad rows, have the same deadline, and in neither do the executors write the results.
   */
  public boolean allowSharingWith(PassTerms other) {
    return !target.isWritten()
        && !other.target.isWritten()
        && selection.equals(other.selection)
        && batchSize == other.batchSize
        && policy.allowsSharingWith(other.policy);
  }
}
