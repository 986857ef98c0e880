package io.ostinato.spark.resident;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of one model on one device of one executor so far.
 *
 * @param executor the executor's id
 * @param device as in {@code cpu()} or {@code gpu(0)}
 * @param builds how often the architecture was built
 * @param refreshes how often it took other weights
 * @param notes what a user should know of it, a sentence each
 */
public record ResidentReport(
    String executor, String device, long builds, long refreshes, List<String> notes)
    implements Serializable {
  public ResidentReport {
    notes = new ArrayList<>(notes); // which Spark's serializers know, whichever is set
  }

  /** A report of a model of which there is nothing more to know. */
  public ResidentReport(String executor, String device, long builds, long refreshes) {
    this(executor, device, builds, refreshes, List.of());
  }

  /** The one of two reports of a place that knows more. */
  public ResidentReport later(ResidentReport other) {
    return builds + refreshes > other.builds + other.refreshes ? this : other;
  }

  /** Executor and device, as in {@code 1 cpu()}. */
  public String place() {
    return executor + " " + device;
  }
}
