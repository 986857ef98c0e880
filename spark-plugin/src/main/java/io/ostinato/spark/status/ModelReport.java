package io.ostinato.spark.status;

/**
 * A report of a task about the model that it used on its device.
 *
 * @param model identifies the model
 * @param builds how many times the model was built on this device so far
 * @param refreshes how many times weights were loaded into it so far
 */
public record ModelReport(
    String model, String executor, String device, long builds, long refreshes, DeviceUse use) {
  private static final ModelReport NONE = new ModelReport("", "", "", 0, 0, DeviceUse.UNKNOWN);

  /**
   * This report, with the higher counts of it and one before about the same model and place: counts
   * only grow, but reports of tasks may arrive in another order.
   */
  ModelReport atLeast(ModelReport before) {
    return new ModelReport(
        model,
        executor,
        device,
        Math.max(builds, before.builds),
        Math.max(refreshes, before.refreshes),
        new DeviceUse(
            use.change(),
            use.models(),
            use.versions(),
            use.weightBytes(),
            use.batchBytes(),
            Math.max(use.refreshBytes(), before.use.refreshBytes())));
  }

  static ModelReport none() {
    return NONE;
  }
}
