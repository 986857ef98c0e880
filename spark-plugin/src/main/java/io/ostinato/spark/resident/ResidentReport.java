package io.ostinato.spark.resident;

import java.io.Serializable;

/**
 * What became of one model on one device of one executor so far.
 *
 * @param executor the executor's id
 * @param device as in {@code cpu()} or {@code gpu(0)}
 * @param builds how often the architecture was built
 * @param refreshes how often it took other weights
 */
public record ResidentReport(String executor, String device, long builds, long refreshes)
    implements Serializable {

  /** The one of two reports of a place that knows more. */
  public ResidentReport later(ResidentReport other) {
    return builds + refreshes > other.builds + other.refreshes ? this : other;
  }

  /** Executor and device, as in {@code 1 cpu()}. */
  public String place() {
    return executor + " " + device;
  }
}
