package io.ostinato.spark.resident;

import ai.djl.Device;
import io.ostinato.model.LoadedModel;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.WeightSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model on one device. {@link ResidentModels} says which weights it is to have,
 * and changes that only while nobody uses it; the first task that comes then loads them.
 */
final class ResidentModel {
  private final ModelId id;
  private final Device device;
  private final ReentrantLock loading = new ReentrantLock();

  // Guarded by the lock of the registry.
  private Manifest target;
  private int users;
  private long lastUse;
  private boolean retired;

  // Guarded by loading.
  private @Nullable LoadedModel loaded;
  private @Nullable Manifest resident;
  private final ModelVersions all;

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

  /** One user less; whether the model is to be closed now. */
  boolean leave() {
    users--;
    return users == 0 && retired;
  }

  /** Nobody finds it any more; whether it is to be closed now, or else by its last user. */
  boolean retire() {
    retired = true;
    return users == 0;
  }

  /** The model at the weights that it is to have, by one of its users. */
  LoadedModel load(Manifest manifest, Supplier<WeightSource> weights) throws InterruptedException {
    loading.lockInterruptibly();
    try {
      LoadedModel model = loaded;
      if (model == null) {
        model = id.source().build(device);
        loaded = model;
        all.built();
      }
      if (!manifest.equals(resident)) {
        resident = null;
        model.refresh(weights.get());
        resident = manifest;
        all.refreshed();
      }
      return model;
    } finally {
      loading.unlock();
    }
  }

  ModelVersions all() {
    return all;
  }

  /** Frees the device; nobody uses the model any more. */
  void close() {
    loading.lock();
    try {
      if (loaded != null) {
        loaded.close();
      }
      loaded = null;
      resident = null;
    } finally {
      loading.unlock();
    }
  }
}
