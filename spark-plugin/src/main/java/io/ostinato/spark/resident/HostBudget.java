package io.ostinato.spark.resident;

import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A share of the host's memory that is available, which shrinks when other processes, or the heap,
 * take more of it. What a dataset that is read once would take is left to others.
 *
 * @param mostBytes maximum size, however much is available
 * @param share between 0 and 1
 * @param available memory that is neither in use nor promised to the heap, in bytes; empty if
 *     unknown
 */
public record HostBudget(long mostBytes, double share, Supplier<OptionalLong> available)
    implements BatchBudget {
  /** The share of all processes of the host together. */
  private static final double OF_HOST = 1.0 / 8;

  /**
   * The budget of an executor, which has some of the host's, or container's, processors.
   *
   * @param mostBytes maximum size, however much memory is available
   * @param cores the cores that the executor uses; 0 if they are all of the host's
   */
  public static HostBudget ofExecutor(long mostBytes, int cores) {
    double part =
        cores == 0 ? 1 : Math.min(1, (double) cores / Runtime.getRuntime().availableProcessors());
    return new HostBudget(mostBytes, OF_HOST * part, HostMemory::availableBytes);
  }

  @Override
  public long limitBytes(long keptBytes) {
    OptionalLong left = available.get();
    return left.isEmpty()
        ? 0
        : Math.min(mostBytes, (long) (share * (keptBytes + left.getAsLong())));
  }

  @Override
  public boolean isFromFirstRead() {
    return false;
  }
}
