package io.ostinato.spark.status;

import java.io.Serializable;

/**
 * What a device of an executor keeps, as of the last change.
 *
 * @param change grows with each change in its process, so that the latest report is known; 0 if
 *     nothing was reported
 * @param models number of loaded models
 * @param versions number of loaded versions of all models
 * @param weightBytes size of the weights of all loaded versions, in bytes
 * @param batchBytes size of the batches that stay on the device, in bytes
 * @param refreshBytes size of the weights loaded into the reported model on this device so far, in
 *     bytes
 */
public record DeviceUse(
    long change, int models, int versions, long weightBytes, long batchBytes, long refreshBytes)
    implements Serializable {
  /** Nothing is known. */
  public static final DeviceUse UNKNOWN = new DeviceUse(0, 0, 0, 0, 0, 0);
}
