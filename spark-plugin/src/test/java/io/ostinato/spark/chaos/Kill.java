package io.ostinato.spark.chaos;

import java.util.Random;

/**
 * A kill of an executor.
 *
 * @param moment after which it happens
 * @param countdown how often the moment has to come
 * @param row of the dataset, for {@link Moment#ROW}
 * @param executor a number that chooses one of those that live
 */
record Kill(Moment moment, int countdown, int row, int executor) {
  private static final int MOST = 4;
  private static final int ANY = 1 << 16;

  /** A kill at random, while this many rows are evaluated. */
  static Kill random(Random random, int rows) {
    boolean atRow = random.nextBoolean();
    Moment moment =
        atRow ? Moment.ROW : Moment.values()[random.nextInt(Moment.values().length - 1)];
    return new Kill(moment, 1 + random.nextInt(MOST), random.nextInt(rows), random.nextInt(ANY));
  }

  Kill next() {
    return new Kill(moment, countdown - 1, row, executor);
  }
}
