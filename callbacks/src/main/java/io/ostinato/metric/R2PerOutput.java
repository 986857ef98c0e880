package io.ostinato.metric;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The average over outputs of the coefficient of determination of each. All dimensions after that
 * of the rows are outputs.
 */
record R2PerOutput(String name, Mask mask, OutputsAverage average)
    implements Metric<ArrayList<PairedSums>> {
  /** The maximum number of outputs, each of which takes 2.8 kB. */
  static final int MOST_OUTPUTS = 16_384;

  private static final MathContext DIGITS = new MathContext(50);

  @Override
  public List<String> columns() {
    return mask.columns();
  }

  @Override
  public Optional<Direction> direction() {
    return Optional.of(Direction.HIGHER_IS_BETTER);
  }

  /** Has no sums yet, since the number of outputs is that of the first batch. */
  @Override
  public ArrayList<PairedSums> zero() {
    return new ArrayList<>();
  }

  @Override
  public ArrayList<PairedSums> update(ArrayList<PairedSums> state, MetricBatch batch) {
    Pairs pairs = Pairs.of(batch, mask);
    expect(pairs.columns(), state);
    for (int i = 0; i < pairs.size(); i++) {
      state.get(pairs.column(i)).add(pairs.target(i), pairs.output(i));
    }
    return state;
  }

  @Override
  public ArrayList<PairedSums> merge(ArrayList<PairedSums> left, ArrayList<PairedSums> right) {
    if (!right.isEmpty()) {
      expect(right.size(), left);
    }
    for (int output = 0; output < right.size(); output++) {
      left.get(output).add(right.get(output));
    }
    return left;
  }

  private void expect(int outputs, ArrayList<PairedSums> state) {
    if (outputs > MOST_OUTPUTS) {
      throw new IllegalArgumentException(
          "'%s' is for up to %s outputs; a row has %s; use multioutput=flattened"
              .formatted(name, MOST_OUTPUTS, outputs));
    }
    StatesOfParts.expect(outputs, "outputs", state, PairedSums::new);
  }

  @Override
  public double result(ArrayList<PairedSums> state) {
    if (state.isEmpty() || state.stream().anyMatch(one -> !one.isDefined() || one.count() < 2)) {
      return Double.NaN;
    }
    return average == OutputsAverage.VARIANCE_WEIGHTED ? weighted(state) : uniform(state);
  }

  /** Which output lacks variance. */
  @Override
  public Optional<String> undefined(ArrayList<PairedSums> state) {
    return IntStream.range(0, state.size())
        .filter(output -> state.get(output).count() < 2)
        .mapToObj(
            output ->
                "output %s of %s has %s that counts; it needs at least 2"
                    .formatted(
                        output,
                        state.size(),
                        state.get(output).count() == 0 ? "no element" : "1 element"))
        .findFirst();
  }

  private static double uniform(List<PairedSums> outputs) {
    double sum = 0;
    for (PairedSums output : outputs) {
      sum += score(output);
    }
    return sum / outputs.size();
  }

  /** One without variance has no weight; if all are, their weights are equal. */
  private static double weighted(List<PairedSums> outputs) {
    BigDecimal errors = BigDecimal.ZERO;
    BigDecimal spreads = BigDecimal.ZERO;
    for (PairedSums output : outputs) {
      BigDecimal spread = output.spreadOfX();
      if (spread.signum() > 0) {
        errors = errors.add(perRow(output.squaredDifferences(), output));
        spreads = spreads.add(perRow(spread, output));
      }
    }
    return spreads.signum() == 0 ? uniform(outputs) : 1 - PairedSums.ratio(errors, spreads);
  }

  private static BigDecimal perRow(BigDecimal sum, PairedSums output) {
    return sum.divide(BigDecimal.valueOf(output.count()), DIGITS);
  }

  /** Without variance 1 if the outputs equal the targets, and 0 if not, as in scikit-learn. */
  private static double score(PairedSums output) {
    return output.spreadOfX().signum() > 0
        ? PairedSumsMetric.r2(output)
        : output.squaredDifferences().signum() == 0 ? 1 : 0;
  }
}
