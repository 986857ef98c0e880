package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Outputs on the host, and the classes they should have given; places that are passed over are left
 * out.
 *
 * @param outputs row-major, all of them
 * @param areWhole whether their data type has whole numbers only
 * @param places those with a target, ascending
 * @param targets a class for each of these places, from 0
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
            "the target %s is no whole number, so it is no class".formatted(numbers[i]));
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

  /** The class whose number is 1, all others being 0; the ignored target where all are that. */
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
          "targets of the outputs' shape must be one-hot, a single 1 among zeros; given: "
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
                ? "the target %s is none of two classes, 0 and 1, which outputs of one column have"
                    .formatted(target)
                : "the target %s is none of the %s classes of the outputs, 0 to %s"
                    .formatted(target, classes, classes - 1));
      }
    }
  }
}
