package io.ostinato.evaluation;

/**
 * How an evaluation goes over its dataset: what it must have in common with another one to share a
 * pass over the same dataset with it, at the same weights of the same model.
 *
 * @param selection the part of the dataset that is evaluated
 * @param batchSize the most rows of a batch
 * @param target where the results go
 */
public record PassTerms(DataSelection selection, int batchSize, ResultsTarget target) {

  /**
   * Whether both can go over the dataset together: they see the same rows and columns in the same
   * batches, and neither has the executors write its results.
   */
  public boolean allowSharingWith(PassTerms other) {
    return !target.isWritten()
        && !other.target.isWritten()
        && selection.equals(other.selection)
        && batchSize == other.batchSize;
  }
}
