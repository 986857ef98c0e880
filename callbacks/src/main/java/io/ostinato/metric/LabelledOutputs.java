package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Outputs on the host, and the target classes; positions with an ignored target are left out.
 *
 * @param layout the layout of the classes in the outputs
 * @param outputs all outputs, in row-major order
 * @param areWhole whether their data type is one of whole numbers
 * @param places the positions with a target, ascending
 * @param targets a class for each of these positions, from 0
 */
record LabelledOutputs(
    ClassLayout layout, double[] outputs, boolean areWhole, int[] places, long[] targets) {

  static LabelledOutputs of(MetricBatch batch, @Nullable Integer classAxis, long ignoredTarget) {
    NDArray outputs = batch.get(MetricBatch.OUTPUTS);
    NDArray targets = batch.get(MetricBatch.TARGETS);
    ClassLayout layout = ClassLayout.of(outputs.getShape(), targets.getShape(), classAxis);
    double[] numbers = MetricBatch.doubles(targets);
    long[] classes = layout.isOneHot() ? oneHot(numbers, layout, ignoredTarget) : classes(numbers);
    int[] places =
        IntStream.range(0, classes.length).filter(i -> classes[i] != ignoredTarget).toArray();
    long[] kept = Arrays.stream(places).mapToLong(place -> classes[place]).toArray();
    checkClasses(kept, layout.columns());
    return new LabelledOutputs(
        layout, MetricBatch.doubles(outputs), !outputs.getDataType().isFloating(), places, kept);
  }

  int size() {
    return places.length;
  }

  /** The score of one column. */
  double score(int index, int column) {
    return outputs[start(index) + column * layout.inner()];
  }

  private int start(int index) {
    int place = places[index];
    int inner = layout.inner();
    return inner == 1
        ? place * layout.columns()
        : place / inner * inner * layout.columns() + place % inner;
  }

  private static long[] classes(double[] numbers) {
    long[] classes = new long[numbers.length];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (long) numbers[i];
      if (classes[i] != numbers[i]) {
        throw new IllegalArgumentException(
            "the target %s is not a whole number, so it is not a class".formatted(numbers[i]));
      }
    }
    return classes;
  }

  private static long[] oneHot(double[] numbers, ClassLayout layout, long ignoredTarget) {
    long[] classes = new long[numbers.length / layout.columns()];
    int[] all = IntStream.range(0, classes.length).toArray();
    LabelledOutputs targets = new LabelledOutputs(layout, numbers, false, all, classes);
    for (int place = 0; place < classes.length; place++) {
      classes[place] = hot(targets, place, ignoredTarget);
    }
    return classes;
  }

  /**
   * The class whose number is 1, all others being 0; the ignored target if all numbers are that.
   */
  private static long hot(LabelledOutputs targets, int place, long ignoredTarget) {
    int columns = targets.layout().columns();
    double[] numbers =
        IntStream.range(0, columns).mapToDouble(c -> targets.score(place, c)).toArray();
    if (Arrays.stream(numbers).allMatch(number -> number == ignoredTarget)) {
      return ignoredTarget;
    }
    int[] ones = IntStream.range(0, columns).filter(c -> numbers[c] == 1).toArray();
    long zeros = Arrays.stream(numbers).filter(number -> number == 0).count();
    if (ones.length != 1 || zeros != columns - 1) {
      throw new IllegalArgumentException(
          "targets with the same shape as the outputs must be one-hot, a single 1 among zeros; given: "
              + Arrays.toString(numbers));
    }
    return ones[0];
  }

  private static void checkClasses(long[] targets, int columns) {
    int classes = Math.max(2, columns);
    for (long target : targets) {
      if (target < 0 || target >= classes) {
        throw new IllegalArgumentException(
            columns == 1
                ? "the target %s must be 0 or 1, the two classes of outputs of one column"
                    .formatted(target)
                : "the target %s is not one of the %s classes of the outputs, 0 to %s"
                    .formatted(target, classes, classes - 1));
      }
    }
  }
}
