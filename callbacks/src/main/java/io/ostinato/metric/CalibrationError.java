package io.ostinato.metric;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * The expected calibration error: the mean over bins {@code ((m - 1) / M, m / M]} of the confidence
 * of the distance between confidence and accuracy, weighted by rows (Guo, Pleiss, Sun and
 * Weinberger, On calibration of modern neural networks, 2017). For outputs of one column, the
 * confidence is the probability of class 1, and the accuracy is the share of class 1, as in
 * torchmetrics.
 */
record CalibrationError(String name, ClassOutputs outputs, int bins)
    implements Metric<CalibrationError.Bins> {

  CalibrationError {
    if (bins < 1) {
      throw new IllegalArgumentException("a metric needs at least 1 bin; given: " + bins);
    }
  }

  /** The number of rows, the number of hits and the sum of confidences of each bin. */
  static final class Bins implements Serializable {
    private static final long serialVersionUID = 1;
    private final long[] rows;
    private final long[] hits;
    private final ExactSum[] confidences;
    private final OutputRange range = new OutputRange();

    Bins(int bins) {
      rows = new long[bins];
      hits = new long[bins];
      confidences = new ExactSum[bins];
      for (int bin = 0; bin < bins; bin++) {
        confidences[bin] = new ExactSum();
      }
    }
  }

  @Override
  public Optional<Direction> direction() {
    return Optional.of(Direction.LOWER_IS_BETTER);
  }

  @Override
  public List<String> columns() {
    return outputs.columns();
  }

  @Override
  public Bins zero() {
    return new Bins(bins);
  }

  @Override
  public Bins update(Bins state, MetricBatch batch) {
    ClassScores scores = outputs.scores(batch);
    scores.tell(state.range);
    for (int i = 0; i < scores.size(); i++) {
      double confidence = scores.confidence(i);
      // A bin is open below and closed above, as in the paper; the first one also includes 0.
      int bin = (int) Math.max(0, Math.min(bins - 1, Math.ceil(confidence * bins) - 1));
      state.rows[bin]++;
      state.hits[bin] += scores.isRight(i) ? 1 : 0;
      state.confidences[bin].add(confidence);
    }
    return state;
  }

  @Override
  public Bins merge(Bins left, Bins right) {
    left.range.add(right.range);
    for (int bin = 0; bin < bins; bin++) {
      left.rows[bin] += right.rows[bin];
      left.hits[bin] += right.hits[bin];
      left.confidences[bin].add(right.confidences[bin]);
    }
    return left;
  }

  @Override
  public double result(Bins state) {
    double sum = 0;
    long rows = 0;
    for (int bin = 0; bin < bins; bin++) {
      sum += Math.abs(state.hits[bin] - state.confidences[bin].value());
      rows += state.rows[bin];
    }
    return undefined(state).isPresent() ? Double.NaN : sum / rows;
  }

  @Override
  public Optional<String> undefined(Bins state) {
    return state.range.doubt(OutputRange.Use.PROBABILITIES);
  }

  @Override
  public Optional<String> warning(Bins state) {
    return state.range.warning(OutputRange.Use.PROBABILITIES);
  }
}
