package io.ostinato.training;

import java.util.SplittableRandom;

/**
 * Seeds that depend only on the run's seed and a position, so that a resumed training draws the
 * same random numbers as an uninterrupted one.
 */
final class Seeds {
  private static final long EPOCH = 0x65706f6368L;
  private static final long UPDATE = 0x757064617465L;

  private Seeds() {}

  /** The seed for the order of an epoch's rows. */
  static long ofEpoch(int seed, int epoch) {
    return mix(seed, EPOCH, epoch);
  }

  /** The seed for the random numbers of an update, such as dropout and augmentation. */
  static int ofUpdate(int seed, long update) {
    return (int) mix(seed, UPDATE, update);
  }

  private static long mix(long seed, long purpose, long position) {
    long first = new SplittableRandom(seed ^ purpose).nextLong();
    return new SplittableRandom(first + position).nextLong();
  }
}
