package io.ostinato.metric;

import java.io.Serializable;
import java.util.Optional;

/**
 * Whether outputs of one column, of which nobody said what they are, may be probabilities that are
 * taken for logits.
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

  void see(double score) {
    seen = true;
    noProbability |= score < 0 || score > 1;
    predictedOtherwise |= score > 0 && score <= 0.5;
  }

  void add(OutputRange other) {
    seen |= other.seen;
    noProbability |= other.noProbability;
    predictedOtherwise |= other.predictedOtherwise;
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
}
