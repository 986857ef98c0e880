package io.ostinato.libraries;

import org.jspecify.annotations.Nullable;

/**
 * The steps of an evaluation that use a device. Each announces itself here before it begins, so
 * that tests can make it fail as a full or broken device would; nothing else can set a trap.
 * Thread-safe.
 */
public final class DeviceSteps {
  private static volatile @Nullable Trap trap;

  private DeviceSteps() {}

  /** What a step does. */
  public enum Step {
    /** Build an architecture; its size is unknown and given as 0. */
    BUILD,
    /** Load a shard of weights, with its size in bytes, or a whole module, with a size of 0. */
    LOAD,
    /** Copy rows to the device; the size is their number. */
    STAGE,
    /** Process rows; the size is their number. */
    PROCESS
  }

  /** Called before each step, on its thread. */
  @FunctionalInterface
  interface Trap {
    /**
     * Lets the step begin, or throws what it would throw.
     *
     * @param size see {@link Step}
     */
    void before(Step step, long size);
  }

  /** Announces a step. */
  public static void begin(Step step, long size) {
    Trap set = trap;
    if (set != null) {
      set.before(step, size);
    }
  }

  /** Sets the trap of this process; null removes it. */
  static void trap(@Nullable Trap wanted) {
    trap = wanted;
  }
}
