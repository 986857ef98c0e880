package io.ostinato.metric;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The target classes of a batch.
 *
 * @param layout the layout of the classes
 * @param numbers the targets, in row-major order: a class for each position, or one-hot
 * @param ignored the target of positions to ignore
 */
record TargetClasses(ClassLayout layout, double[] numbers, long ignored) {

  /** Whether a position has the ignored target, in all its columns if targets are one-hot. */
  boolean isIgnored(int place) {
    return layout.isOneHot()
        ? Arrays.stream(columns(place)).allMatch(number -> number == ignored)
        : numbers[place] == ignored;
  }

  /**
   * The class of a position, from 0.
   *
   * @throws IllegalArgumentException if its target is not a class
   */
  int of(int place) {
    return layout.isOneHot() ? hot(columns(place)) : whole(numbers[place]);
  }

  private double[] columns(int place) {
    return IntStream.range(0, layout.columns())
        .mapToDouble(column -> numbers[layout.start(place) + column * layout.inner()])
        .toArray();
  }

  /** The class whose number is 1, all others being 0. */
  private static int hot(double[] numbers) {
    int[] ones = IntStream.range(0, numbers.length).filter(c -> numbers[c] == 1).toArray();
    long zeros = Arrays.stream(numbers).filter(number -> number == 0).count();
    if (ones.length != 1 || zeros != numbers.length - 1) {
      throw new IllegalArgumentException(
          "targets with the same shape as the outputs must be one-hot, a single 1 among zeros; given: "
              + Arrays.toString(numbers));
    }
    return ones[0];
  }

  private int whole(double number) {
    long target = (long) number;
    if (target != number) {
      throw new IllegalArgumentException(
          "the target %s is not a whole number, so it is not a class".formatted(number));
    }
    int classes = Math.max(2, layout.columns());
    if (target < 0 || target >= classes) {
      throw new IllegalArgumentException(notAClass(target, classes));
    }
    return (int) target;
  }

  private String notAClass(long target, int classes) {
    if (layout.positions().labelAxis() > 0) {
      return "the target %s must be 0 or 1, whether a label applies, since label_axis is set; to ignore"
              .formatted(target)
          + " it, set ignored_target or a mask";
    }
    return layout.columns() == 1
        ? "the target %s must be 0 or 1, the two classes of outputs of one column".formatted(target)
        : "the target %s is not one of the %s classes of the outputs, 0 to %s"
            .formatted(target, classes, classes - 1);
  }
}
