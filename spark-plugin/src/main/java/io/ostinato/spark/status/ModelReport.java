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

  /** What happened between an earlier report about the same model and place and this one. */
  ModelReport since(ModelReport before) {
    // A model that was evicted and is built again counts from zero.
    ModelReport from = builds < before.builds || refreshes < before.refreshes ? NONE : before;
    return new ModelReport(
        model,
        executor,
        device,
        builds - from.builds,
        refreshes - from.refreshes,
        new DeviceUse(
            use.change(),
            use.models(),
            use.versions(),
            use.weightBytes(),
            use.batchBytes(),
            Math.max(0, use.refreshBytes() - from.use.refreshBytes())));
  }

  static ModelReport none() {
    return NONE;
  }
}
