package io.ostinato.training;

import java.util.SplittableRandom;

/**
 * Seeds that depend on the run's seed and a position alone: a training that is resumed in the
 * middle draws the numbers that it would have drawn without the stop.
 */
final class Seeds {
  private static final long EPOCH = 0x65706f6368L;
  private static final long UPDATE = 0x757064617465L;

  private Seeds() {}

  /** For the order of an epoch's rows. */
  static long ofEpoch(int seed, int epoch) {
    return mix(seed, EPOCH, epoch);
  }

  /** For what an update draws: dropout, augmentation. */
  static int ofUpdate(int seed, long update) {
    return (int) mix(seed, UPDATE, update);
  }

  private static long mix(long seed, long purpose, long position) {
    long first = new SplittableRandom(seed ^ purpose).nextLong();
    return new SplittableRandom(first + position).nextLong();
  }
}
