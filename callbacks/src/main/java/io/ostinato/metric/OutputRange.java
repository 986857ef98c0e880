package io.ostinato.metric;

import java.io.Serializable;
import java.util.Optional;

/**
 * The range of outputs whose kind is not declared, to detect probabilities that are treated as
 * logits.
 */
final class OutputRange implements Serializable {
  private static final long serialVersionUID = 1;

  /** How a metric uses the outputs. */
  enum Use {
    /** As predictions, which are the same for either kind except for some scores. */
    PREDICTIONS,
    /** As probabilities, which always differ between the kinds. */
    PROBABILITIES
  }

  private boolean seen;
  private boolean noProbability;
  private boolean predictedOtherwise;
  private boolean seenRows;
  private boolean noProbabilities;
  private boolean areRowsCut;

  /**
   * Adds an output of one column.
   *
   * @param dependsOnKind whether the prediction from it is different for the other kind
   */
  void see(double score, boolean dependsOnKind) {
    seen = true;
    noProbability |= OutputKind.isNoProbability(score);
    predictedOtherwise |= dependsOnKind;
  }

  /** Whether all rows so far may be probabilities, so that more rows must be examined. */
  boolean mayBeRowsOfProbabilities() {
    return !noProbabilities;
  }

  /**
   * Adds the outputs of one position, with one column per class.
   *
   * @param isCut whether a threshold gives the prediction, rather than the highest score
   */
  void see(double[] scores, boolean isCut) {
    areRowsCut |= isCut;
    double sum = 0;
    for (double score : scores) {
      noProbabilities |= OutputKind.isNoProbability(score);
      sum += score;
    }
    if (!Double.isNaN(sum)) {
      seenRows = true;
      noProbabilities |= !OutputKind.isWhole(sum);
    }
  }

  void add(OutputRange other) {
    seen |= other.seen;
    noProbability |= other.noProbability;
    predictedOtherwise |= other.predictedOtherwise;
    seenRows |= other.seenRows;
    noProbabilities |= other.noProbabilities;
    areRowsCut |= other.areRowsCut;
  }

  /** Why the result is undefined, if it is: outputs of one column may be of either kind. */
  Optional<String> doubt(Use use) {
    boolean differs = use == Use.PROBABILITIES ? seen : predictedOtherwise;
    return differs && !noProbability
        ? Optional.of(
            "all outputs, of one column, are from 0 to 1, so they may be logits or probabilities;"
                + " set outputs=logits or outputs=probabilities")
        : Optional.empty();
  }

  /** Why the result may be wrong, if it may be: rows of probabilities were treated as logits. */
  Optional<String> warning(Use use) {
    return (use == Use.PROBABILITIES || areRowsCut) && seenRows && !noProbabilities
        ? Optional.of(
            "the outputs of each row are from 0 to 1 and sum to 1, as probabilities do, but were"
                + " treated as logits; set outputs=probabilities or outputs=logits (cross_entropy"
                + " and perplexity are for logits only; log_loss is for either)")
        : Optional.empty();
  }
}
