package io.ostinato.jobs.bench;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The time of an evaluation as a sum of parts, each a quantity times a coefficient. */
record CostModel(Map<CostTerm, Double> coefficients) {
  CostModel {
    coefficients = Map.copyOf(coefficients);
  }

  /**
   * Fits the coefficients of these terms.
   *
   * @param target what is predicted, in seconds
   * @throws IllegalArgumentException if the measurements don't determine the coefficients
   */
  static CostModel fit(
      Set<CostTerm> terms,
      List<CostMeasurement> measurements,
      ToDoubleFunction<CostMeasurement> target) {
    double[][] quantities =
        measurements.stream()
            .map(one -> terms.stream().mapToDouble(term -> term.quantity(one.load())).toArray())
            .toArray(double[][]::new);
    double[] fitted =
        NonNegativeFit.of(
            terms.stream().map(CostTerm::text).toList(),
            quantities,
            measurements.stream().mapToDouble(target).toArray());
    Map<CostTerm, Double> coefficients = new EnumMap<>(CostTerm.class);
    int next = 0;
    for (CostTerm term : terms) {
      coefficients.put(term, fitted[next++]);
    }
    return new CostModel(coefficients);
  }

  /** The predicted seconds of an evaluation. */
  double seconds(CostLoad load) {
    return coefficients.keySet().stream().mapToDouble(term -> seconds(term, load)).sum();
  }

  /** The predicted seconds of one part; 0 for a term that the model doesn't have. */
  double seconds(CostTerm term, CostLoad load) {
    return coefficient(term) * term.quantity(load);
  }

  double coefficient(CostTerm term) {
    return coefficients.getOrDefault(term, 0.0);
  }
}
