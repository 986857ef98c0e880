package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** The numbers that perplexity is the exponential of the mean of. */
record Perplexity(long ignoredTarget) implements RowMean.Values {

  @Override
  public void addTo(MeanState state, MetricBatch batch) {
    NDArray outputs = batch.get(MetricBatch.OUTPUTS);
    NDArray targets = batch.get(MetricBatch.TARGETS);
    Shape shape = outputs.getShape();
    int dimension = shape.dimension();
    if (dimension < 2 || !shape.slice(0, dimension - 1).equals(targets.getShape())) {
      throw new IllegalArgumentException(
          "perplexity needs outputs of the shape (..., vocabulary) and targets of the shape (...);"
              + " given: %s and %s".formatted(shape, targets.getShape()));
    }
    int vocabulary = (int) shape.get(dimension - 1);
    double[] logits = MetricBatch.doubles(outputs);
    double[] tokens = MetricBatch.doubles(targets);
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] != ignoredTarget) {
        state.add(-logSoftmax(logits, i * vocabulary, vocabulary, tokens[i]), 1);
      }
    }
  }

  private static double logSoftmax(double[] logits, int start, int vocabulary, double token) {
    if (token != Math.rint(token) || token < 0 || token >= vocabulary) {
      throw new IllegalArgumentException(
          "the target %s is none of the %s tokens of the outputs".formatted(token, vocabulary));
    }
    double max = Double.NEGATIVE_INFINITY;
    for (int i = start; i < start + vocabulary; i++) {
      max = Math.max(max, logits[i]);
    }
    double sum = 0;
    for (int i = start; i < start + vocabulary; i++) {
      sum += Math.exp(logits[i] - max);
    }
    return logits[start + (int) token] - max - Math.log(sum);
  }
}
