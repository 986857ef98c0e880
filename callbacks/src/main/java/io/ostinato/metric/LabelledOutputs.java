package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import java.util.stream.IntStream;

/**
 * Outputs on the host, and the target classes; positions that are masked or have an ignored target
 * are left out.
 *
 * @param layout the layout of the classes in the outputs
 * @param outputs all outputs, in row-major order
 * @param areWhole whether their data type is one of whole numbers
 * @param places the positions that count, ascending
 * @param targets a class for each of these positions, from 0
 */
record LabelledOutputs(
    ClassLayout layout, double[] outputs, boolean areWhole, int[] places, int[] targets) {

  static LabelledOutputs of(MetricBatch batch, ClassOutputs read) {
    NDArray outputs = batch.get(MetricBatch.OUTPUTS);
    NDArray targets = batch.get(MetricBatch.TARGETS);
    ClassLayout layout = read.axes().layout(outputs.getShape(), targets.getShape());
    TargetClasses classes =
        new TargetClasses(layout, MetricBatch.doubles(targets), read.ignoredTarget());
    int[] places =
        IntStream.of(read.mask().places(batch, layout.positions()))
            .filter(place -> !classes.isIgnored(place))
            .toArray();
    return new LabelledOutputs(
        layout,
        MetricBatch.doubles(outputs),
        !outputs.getDataType().isFloating(),
        places,
        IntStream.of(places).map(classes::of).toArray());
  }

  int size() {
    return places.length;
  }

  /**
   * Checks that the scores of all positions that count can be of a kind.
   *
   * @throws IllegalArgumentException if a probability is not from 0 to 1
   */
  void check(OutputKind kind) {
    for (int i = 0; i < size(); i++) {
      for (int column = 0; column < layout.columns(); column++) {
        kind.check(score(i, column));
      }
    }
  }

  /** The score of one column. */
  double score(int index, int column) {
    return outputs[layout.start(places[index]) + column * layout.inner()];
  }

  /** The row of a position in the batch, from 0. */
  int row(int index) {
    return layout.positions().row(places[index]);
  }

  /** The number of labels; 1 if outputs don't have several. */
  int labels() {
    return layout.positions().labels();
  }

  /** The label of a position, from 0. */
  int label(int index) {
    return layout.positions().label(places[index]);
  }
}
