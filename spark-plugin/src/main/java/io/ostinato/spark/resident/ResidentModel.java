package io.ostinato.spark.resident;

import ai.djl.Device;
import io.ostinato.model.LoadedModel;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.WeightSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model on one device. {@link ResidentModels} assigns its weights, and changes
 * them only while it is not in use; the next task to use it loads them.
 */
final class ResidentModel {
  private final ModelId id;
  private final Device device;
  private final ReentrantLock loading = new ReentrantLock();

  // Guarded by the lock of ResidentModels.
  private Manifest target;
  private int users;
  private long lastUse;
  private boolean retired;

  // Guarded by loading.
  private @Nullable LoadedModel loaded;
  private @Nullable Manifest resident;
  private final ModelVersions all;

  /** Size of the loaded weights, in bytes; negative if none are. Written while loading. */
  private volatile long weightBytes = -1;

  ResidentModel(ModelId id, Device device, Manifest target, ModelVersions all) {
    this.id = id;
    this.device = device;
    this.target = target;
    this.all = all;
  }

  Manifest target() {
    return target;
  }

  void retarget(Manifest manifest) {
    target = manifest;
  }

  boolean isUsed() {
    return users > 0;
  }

  long lastUse() {
    return lastUse;
  }

  void use(long now) {
    users++;
    lastUse = now;
  }

  /** Removes a user; returns whether to close the model now. */
  boolean leave() {
    users--;
    return users == 0 && retired;
  }

  /** Marks the model to be closed; returns whether to do so now, or else its last user does. */
  boolean retire() {
    retired = true;
    return users == 0;
  }

  /**
   * Builds the model and loads the weights, as far as needed. Called by its users. If that fails,
   * the model is freed, and the next call builds it anew.
   *
   * @param weights called only if other weights are needed; if it fails, the model stays as it is
   */
  LoadedModel load(Manifest manifest, Supplier<WeightSource> weights) throws InterruptedException {
    loading.lockInterruptibly();
    try {
      LoadedModel model = loaded;
      if (model != null && manifest.equals(resident)) {
        return model;
      }
      WeightSource source = weights.get();
      try {
        return load(model, manifest, source);
      } catch (RuntimeException | Error e) {
        free();
        throw e;
      }
    } finally {
      loading.unlock();
    }
  }

  private LoadedModel load(@Nullable LoadedModel present, Manifest manifest, WeightSource weights) {
    LoadedModel model = present;
    if (model == null) {
      model = id.source().build(device);
      loaded = model;
      all.built();
    }
    resident = null;
    CountedWeights counted = new CountedWeights(weights);
    model.refresh(counted);
    resident = manifest;
    // A new model loads all its weights; later, it can load only those that have changed.
    weightBytes = Math.max(weightBytes, counted.bytes());
    all.refreshed(counted.bytes());
    return model;
  }

  /** Whether the model is in the memory of the device. */
  boolean isLoaded() {
    loading.lock();
    try {
      return loaded != null;
    } finally {
      loading.unlock();
    }
  }

  /** Size of the loaded weights, in bytes; negative if none are. */
  long weightBytes() {
    return weightBytes;
  }

  ModelVersions all() {
    return all;
  }

  /** Frees the model on the device; it must not be in use. */
  void close() {
    loading.lock();
    try {
      free();
    } finally {
      loading.unlock();
    }
  }

  private void free() {
    LoadedModel model = loaded;
    loaded = null;
    resident = null;
    weightBytes = -1;
    if (model != null) {
      model.close();
      all.freed();
    }
  }
}
