package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.metric.MetricStates;
import io.ostinato.weights.HostArray;
import java.util.List;

/**
 * What processing some rows has given, before it counts.
 *
 * @param arrays the results on the host; empty with metrics
 * @param states the states of the metrics over these rows; empty without metrics
 * @param areOfBatch whether the results depend on which rows are processed together
 */
record ProcessedRows(List<HostArray> arrays, List<MetricStates> states, boolean areOfBatch) {

  /**
   * Checks that each array has one element per row, or is a scalar.
   *
   * @throws EvaluationException if an array has another number of elements
   */
  static void checkRows(EvaluationTag tag, NDList results, BatchPart part) {
    for (int i = 0; i < results.size(); i++) {
      NDArray array = results.get(i);
      if (array.getShape().dimension() > 0 && array.getShape().get(0) != part.rows()) {
        throw EvaluationException.of(
            tag,
            "processData returned the array %s of shape %s for %s rows (%s); return one element per row"
                    .formatted(label(array, i), array.getShape(), part.rows(), part.place())
                + " along the first dimension, or declare that the results belong to batches by"
                + " overriding isRowWise() to return false");
      }
    }
  }

  static boolean haveScalar(NDList results) {
    return results.stream().anyMatch(array -> array.getShape().dimension() == 0);
  }

  private static String label(NDArray array, int position) {
    String name = array.getName();
    return name == null || name.isEmpty() ? "at position " + position : "'" + name + "'";
  }
}
