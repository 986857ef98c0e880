package io.ostinato.spark.status;

/**
 * A device of an executor, as the driver knows it from the latest tasks.
 *
 * @param device name such as {@code cpu()} or {@code gpu(0)}
 * @param builds how many times models were built there in this application
 * @param refreshes how many times weights were loaded there in this application
 * @param refreshBytes size of these weights, in bytes
 * @param isLost whether the executor has ended
 */
record DeviceStatus(
    String executor,
    String device,
    DeviceUse use,
    long builds,
    long refreshes,
    long refreshBytes,
    boolean isLost) {

  static DeviceStatus of(String executor, String device) {
    return new DeviceStatus(executor, device, DeviceUse.UNKNOWN, 0, 0, 0, false);
  }

  /** Adds what a model has done since the last report, and what the device keeps now. */
  DeviceStatus plus(DeviceUse latest, long newBuilds, long newRefreshes, long newBytes) {
    return new DeviceStatus(
        executor,
        device,
        latest.change() >= use.change() ? latest : use,
        builds + newBuilds,
        refreshes + newRefreshes,
        refreshBytes + newBytes,
        isLost);
  }

  /** Nothing is kept there any more. */
  DeviceStatus freed() {
    DeviceUse empty = new DeviceUse(use.change(), 0, 0, 0, 0, 0);
    return new DeviceStatus(executor, device, empty, builds, refreshes, refreshBytes, isLost);
  }

  DeviceStatus lost() {
    return new DeviceStatus(
        executor, device, DeviceUse.UNKNOWN, builds, refreshes, refreshBytes, true);
  }
}
