package io.ostinato.evaluation;

import io.ostinato.weights.HostArray;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Applies {@link NonFinite#FAIL} to the results of evaluations. */
public final class FiniteResults {
  private static final String REMEDY =
      "; check the data and the model's outputs, or set non_finite to accept";

  private FiniteResults() {}

  /**
   * Checks row results.
   *
   * @param arrays the results of consecutive rows
   * @param firstRow the index of the first of these rows in the dataset
   * @param rows the number of rows
   * @throws EvaluationException if {@code policy} is {@link NonFinite#FAIL} and a value is NaN or
   *     infinite; the message names the first array that has one, its number of such values and the
   *     first row
   */
  public static void check(
      EvaluationTag tag, NonFinite policy, List<HostArray> arrays, long firstRow, long rows) {
    if (policy == NonFinite.ACCEPT) {
      return;
    }
    for (int i = 0; i < arrays.size(); i++) {
      NonFiniteValues found = NonFiniteValues.in(arrays.get(i));
      if (found.count() > 0) {
        throw EvaluationException.of(
            tag, problem(label(arrays.get(i), i), arrays.get(i), found, firstRow, rows) + REMEDY);
      }
    }
  }

  /**
   * Checks the metrics of results, and returns the results.
   *
   * @throws EvaluationException if {@code policy} is {@link NonFinite#FAIL} and a metric is NaN or
   *     infinite; the message names all such metrics with their values. The results are then
   *     discarded
   */
  public static EvaluationResults checked(
      EvaluationTag tag, NonFinite policy, EvaluationResults results) {
    if (policy == NonFinite.ACCEPT) {
      return results;
    }
    Map<String, Double> metrics = results.metrics();
    String wrong =
        metrics.entrySet().stream()
            .filter(metric -> !Double.isFinite(metric.getValue()))
            .map(metric -> "%s=%s".formatted(metric.getKey(), metric.getValue()))
            .collect(Collectors.joining(", "));
    if (wrong.isEmpty()) {
      return results;
    }
    results.discard();
    long count = metrics.values().stream().filter(value -> !Double.isFinite(value)).count();
    throw EvaluationException.of(
        tag,
        "%s of %s metrics are NaN or infinite: %s".formatted(count, metrics.size(), wrong)
            + REMEDY);
  }

  private static String problem(
      String label, HostArray array, NonFiniteValues found, long firstRow, long rows) {
    long[] shape = array.shape().getShape();
    boolean isByRow = shape.length > 0 && shape[0] == rows;
    long position = isByRow ? found.first() / (array.shape().size() / rows) : found.first();
    return "the result %s has %s NaN or infinite values, the first (%s) %s %s"
        .formatted(
            label,
            found.count(),
            found.value(),
            isByRow ? "in row" : "at position",
            isByRow ? firstRow + position : position);
  }

  private static String label(HostArray array, int position) {
    return array.name().isEmpty() ? "at position " + position : "'" + array.name() + "'";
  }
}
