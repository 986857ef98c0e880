package io.ostinato.spark.resident;

import io.ostinato.spark.status.DeviceUse;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A report about one model on one device of one executor.
 *
 * @param executor the executor's id
 * @param device name such as {@code cpu()} or {@code gpu(0)}
 * @param builds how many times the architecture was built so far
 * @param refreshes how many times other weights were loaded so far
 * @param halvedTo maximum number of rows that fit into the device's memory at once; 0 if no batch
 *     had to be halved
 * @param notes information for the user about the model, one sentence each
 * @param use what the device keeps
 */
public record ResidentReport(
    String executor,
    String device,
    long builds,
    long refreshes,
    int halvedTo,
    List<String> notes,
    DeviceUse use)
    implements Serializable {
  public ResidentReport {
    notes = new ArrayList<>(notes); // a class that any serializer configured in Spark can write
  }

  /** Creates a report without notes, of a device whose memory has sufficed. */
  public ResidentReport(String executor, String device, long builds, long refreshes) {
    this(executor, device, builds, refreshes, 0, List.of(), DeviceUse.UNKNOWN);
  }

  /** Returns the later of two reports of the same model and place. */
  public ResidentReport later(ResidentReport other) {
    return builds + refreshes > other.builds + other.refreshes ? this : other;
  }

  /** Executor and device, such as {@code 1 cpu()}. */
  public String place() {
    return executor + " " + device;
  }
}
