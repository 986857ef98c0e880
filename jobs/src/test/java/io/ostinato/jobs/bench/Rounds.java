package io.ostinato.jobs.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A thing and what it is compared with, both measured once in each round, after a warm-up: their
 * medians, and the median of their ratio round by round, which holds when the machine's speed
 * drifts.
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

  /**
   * The same for what is measured in three processes, or compared with it: their compilers share
   * the cores, and work three times as long.
   */
  static Rounds inProcesses(Callable<?> first, Callable<?> second, Runnable before)
      throws Exception {
    return of(first, second, before, WARM_UP, MEASURED, 3 * WARM_UP_SECONDS);
  }

  /** The same for what is long, and is little but waiting for a device. */
  static Rounds ofFew(Callable<?> first, Callable<?> second) throws Exception {
    return ofFew(first, second, () -> {});
  }

  /** The same with something before each round that isn't measured. */
  static Rounds ofFew(Callable<?> first, Callable<?> second, Runnable before) throws Exception {
    return of(first, second, before, 2, 5, 0);
  }

  /**
   * Measures several things and what they are compared with once in each round, in random order,
   * since what follows another may be slower for it.
   *
   * @param measured number of rounds
   */
  static List<Rounds> inAnyOrder(List<? extends Callable<?>> things, Callable<?> base, int measured)
      throws Exception {
    List<Callable<?>> all = new ArrayList<>(things);
    all.add(base);
    double warm = 0;
    for (int round = 0; round < WARM_UP || warm < WARM_UP_SECONDS * things.size(); round++) {
      for (Callable<?> each : all) {
        warm += seconds(each);
      }
    }
    double[][] taken = new double[all.size()][measured];
    List<Integer> order = new ArrayList<>(IntStream.range(0, all.size()).boxed().toList());
    Random random = new Random(1);
    for (int round = 0; round < measured; round++) {
      Collections.shuffle(order, random);
      for (int i : order) {
        taken[i][round] = seconds(all.get(i));
      }
    }
    double[] bases = taken[things.size()];
    return IntStream.range(0, things.size()).mapToObj(i -> compared(taken[i], bases)).toList();
  }

  private static Rounds compared(double[] times, double[] bases) {
    List<Double> ratios =
        IntStream.range(0, times.length).mapToObj(i -> times[i] / bases[i]).toList();
    return new Rounds(median(ratios), median(boxed(times)), median(boxed(bases)));
  }

  private static List<Double> boxed(double[] values) {
    return DoubleStream.of(values).boxed().toList();
  }

  private static Rounds of(
      Callable<?> first,
      Callable<?> second,
      Runnable before,
      int warmUp,
      int measured,
      double warmUpSeconds)
      throws Exception {
    double[] firsts = new double[measured];
    double[] seconds = new double[measured];
    double warm = 0;
    for (int round = 0; round < warmUp || warm < warmUpSeconds; round++) {
      before.run();
      warm += seconds(first) + seconds(second);
    }
    for (int round = 0; round < measured; round++) {
      before.run();
      firsts[round] = seconds(first);
      seconds[round] = seconds(second);
    }
    return compared(firsts, seconds);
  }

  /** Runs something again and again, at least once, for as long as compilers work on it. */
  static void warmUp(double seconds, Callable<?> work) throws Exception {
    long start = System.nanoTime();
    do {
      work.call();
    } while (System.nanoTime() - start < seconds * 1e9);
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
