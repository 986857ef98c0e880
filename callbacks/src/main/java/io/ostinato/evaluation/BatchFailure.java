package io.ostinato.evaluation;

import ai.djl.Device;
import io.ostinato.libraries.DeviceTrouble;
import io.ostinato.libraries.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if rows can't be copied to the device or processed. Nothing was kept of them, so they can
 * be run again, together with fewer or with others.
 */
final class BatchFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final EvaluationTag tag;
  private final Throwable thrown;
  private final boolean isOfRows;

  private BatchFailure(EvaluationTag tag, Throwable thrown, boolean isOfRows) {
    super(null, thrown, false, false);
    this.tag = tag;
    this.thrown = thrown;
    this.isOfRows = isOfRows;
  }

  /** A failure that some of the rows may be the cause of. */
  static BatchFailure ofRows(EvaluationTag tag, Throwable thrown) {
    boolean endsTheTask =
        thrown instanceof InterruptedException
            || thrown instanceof LinkageError
            || Thread.currentThread().isInterrupted();
    return new BatchFailure(tag, thrown, !endsTheTask);
  }

  /** A failure that is none of the rows. */
  static BatchFailure of(EvaluationTag tag, Throwable thrown) {
    return new BatchFailure(tag, thrown, false);
  }

  boolean isOutOfMemory() {
    return DeviceTrouble.of(thrown).filter(DeviceTrouble.OUT_OF_MEMORY::equals).isPresent();
  }

  /** Whether the rows, rather than the device or a request to stop, may be the cause. */
  boolean isOfRows() {
    return isOfRows && DeviceTrouble.of(thrown).isEmpty();
  }

  /**
   * Throws an exception if the device can't be used any more.
   *
   * @throws DeviceLostException if it can't
   */
  void rethrowIfLost(Device device) {
    if (DeviceTrouble.of(thrown).filter(DeviceTrouble.LOST::equals).isPresent()) {
      throw new DeviceLostException(tag, device.toString(), reason(), Portable.of(thrown));
    }
  }

  /** The reason, on one line; the batch is made smaller anyway if the device's memory is full. */
  String reason() {
    return Reason.ofAnyBatch(thrown);
  }

  /** Converts to the failure of an evaluation in these rows. */
  EvaluationException in(BatchPart part) {
    return in(part, null);
  }

  /** As {@link #in(BatchPart)}, with a remedy. */
  EvaluationException in(BatchPart part, @Nullable String remedy) {
    String problem =
        "%s: %s%s".formatted(part.place(), reason(), remedy == null ? "" : "; " + remedy);
    return new EvaluationException(
        tag, tag + " failed in processData, " + problem, problem, Portable.of(thrown));
  }
}
