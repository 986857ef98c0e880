package io.ostinato.metric;

import java.io.Serializable;
import java.util.Optional;

/**
 * Whether outputs, of which nobody said what they are, may be probabilities that are taken for
 * logits.
 */
final class OutputRange implements Serializable {
  private static final long serialVersionUID = 1;

  /** What a metric makes of outputs. */
  enum Use {
    /** Predictions; a logit and a probability give the same ones, but above 0 and up to 0.5. */
    PREDICTIONS,
    /** Probabilities, which differ always. */
    PROBABILITIES
  }

  private boolean seen;
  private boolean noProbability;
  private boolean predictedOtherwise;
  private boolean seenRows;
  private boolean noProbabilities;

  /** Takes in an output of one column. */
  void see(double score) {
    seen = true;
    noProbability |= OutputKind.isNoProbability(score);
    predictedOtherwise |= score > 0 && score <= 0.5;
  }

  /** Whether more rows can tell something. */
  boolean mayBeRowsOfProbabilities() {
    return !noProbabilities;
  }

  /** Takes in the outputs of one place, a column for each class. */
  void see(double[] scores) {
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
  }

  /** Why the outputs can't be used, if they can't. */
  Optional<String> doubt(Use use) {
    boolean differs = use == Use.PROBABILITIES ? seen : predictedOtherwise;
    return differs && !noProbability
        ? Optional.of(
            "all outputs, of one column, are from 0 to 1, so they may be logits or probabilities;"
                + " say which: outputs=logits or outputs=probabilities")
        : Optional.empty();
  }

  /** Why the result may not be what is wanted, if it may not. */
  Optional<String> warning(Use use) {
    return use == Use.PROBABILITIES && seenRows && !noProbabilities
        ? Optional.of(
            "the outputs of each row are from 0 to 1 and sum to 1, as probabilities do, but were"
                + " taken for logits; say which they are: outputs=probabilities or outputs=logits"
                + " (cross_entropy and perplexity are of logits; log_loss is of either)")
        : Optional.empty();
  }
}
