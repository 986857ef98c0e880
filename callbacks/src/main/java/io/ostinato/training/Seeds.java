package io.ostinato.training;

import java.util.SplittableRandom;

/**
 * Seeds that depend only on the run's seed and a position, so that a resumed training draws the
 * same random numbers as an uninterrupted one.
 */
final class Seeds {
  private static final long EPOCH = 0x65706f6368L;
  private static final long UPDATE = 0x757064617465L;
  private static final long STEP = 0x73746570L;

  private Seeds() {}

  /** The seed for the order of an epoch's rows. */
  static long ofEpoch(int seed, int epoch) {
    return mix(seed, EPOCH, epoch);
  }

  /** The seed for the random numbers of a micro-batch, such as dropout and augmentation. */
  static int ofMicroBatch(int seed, long update, int microBatch) {
    int ofUpdate = (int) mix(seed, UPDATE, update);
    return microBatch == 0 ? ofUpdate : (int) mix(ofUpdate, UPDATE, microBatch);
  }

  /** The seed for the random numbers of an optimizer's step. */
  static int ofStep(int seed, long update) {
    return (int) mix(seed, STEP, update);
  }

  private static long mix(long seed, long purpose, long position) {
    long first = new SplittableRandom(seed ^ purpose).nextLong();
    return new SplittableRandom(first + position).nextLong();
  }
}
