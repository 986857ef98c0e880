package io.ostinato.jobs.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * Two things measured in turn, after a warm-up: their medians, and the median of their ratio round
 * by round, which holds when the machine's speed drifts.
 */
record Rounds(double ratio, double firstSeconds, double secondSeconds) {
  private static final int WARM_UP = 3;
  private static final int MEASURED = 11;

  /** So long the compiler works beside what is measured, and takes its share of the cores. */
  private static final double WARM_UP_SECONDS = 20;

  static Rounds of(Callable<?> first, Callable<?> second) throws Exception {
    return of(first, second, () -> {});
  }

  /**
   * Measures two things in turn.
   *
   * @param before each round, not measured
   */
  static Rounds of(Callable<?> first, Callable<?> second, Runnable before) throws Exception {
    return of(first, second, before, WARM_UP, MEASURED, WARM_UP_SECONDS);
  }

  /** The same for what is long, and is little but waiting for a device. */
  static Rounds ofFew(Callable<?> first, Callable<?> second) throws Exception {
    return ofFew(first, second, () -> {});
  }

  /** The same with something before each round that isn't measured. */
  static Rounds ofFew(Callable<?> first, Callable<?> second, Runnable before) throws Exception {
    return of(first, second, before, 2, 5, 0);
  }

  /** The same for what is short: more rounds, since the compiler needs them and noise is larger. */
  static Rounds ofMany(Callable<?> first, Callable<?> second) throws Exception {
    return of(first, second, () -> {}, 20 * WARM_UP, 10 * MEASURED, WARM_UP_SECONDS);
  }

  private static Rounds of(
      Callable<?> first,
      Callable<?> second,
      Runnable before,
      int warmUp,
      int measured,
      double warmUpSeconds)
      throws Exception {
    List<Double> firsts = new ArrayList<>();
    List<Double> seconds = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    double warm = 0;
    for (int round = 0; round < warmUp || warm < warmUpSeconds; round++) {
      before.run();
      warm += seconds(first) + seconds(second);
    }
    for (int round = 0; round < measured; round++) {
      before.run();
      double one = seconds(first);
      double other = seconds(second);
      firsts.add(one);
      seconds.add(other);
      ratios.add(one / other);
    }
    return new Rounds(median(ratios), median(firsts), median(seconds));
  }

  String detail(String first, String second) {
    return String.format(
        Locale.ROOT,
        "%s %.1f ms, %s %.1f ms",
        first,
        firstSeconds * 1e3,
        second,
        secondSeconds * 1e3);
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static double seconds(Callable<?> work) throws Exception {
    long start = System.nanoTime();
    work.call();
    return (System.nanoTime() - start) / 1e9;
  }
}
