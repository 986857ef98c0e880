package io.ostinato.spark.resident;

import ai.djl.Device;
import io.ostinato.evaluation.LoadedModel;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.WeightSnapshot;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One model on one device: shared by tasks at the same manifest, refreshed by one alone. */
final class ResidentModel {
  private final ModelId id;
  private final Device device;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
  private final AtomicInteger pins = new AtomicInteger();
  private @Nullable LoadedModel loaded;
  private @Nullable Manifest resident;
  private boolean closed;
  private volatile long builds;
  private volatile long refreshes;

  ResidentModel(ModelId id, Device device) {
    this.id = id;
    this.device = device;
  }

  /** Keeps the model from being evicted until it is unpinned. */
  void pin() {
    pins.incrementAndGet();
  }

  void unpin() {
    pins.decrementAndGet();
  }

  boolean isPinned() {
    return pins.get() > 0;
  }

  /** Takes the model at this manifest; the thread that takes it must release it. */
  LoadedModel acquire(Manifest manifest, Supplier<WeightSnapshot> weights)
      throws InterruptedException {
    while (true) {
      lock.readLock().lockInterruptibly();
      LoadedModel model = loaded;
      if (model != null && manifest.equals(resident)) {
        return model;
      }
      lock.readLock().unlock();
      refresh(manifest, weights);
    }
  }

  void release() {
    lock.readLock().unlock();
  }

  long builds() {
    return builds;
  }

  long refreshes() {
    return refreshes;
  }

  /** Waits until no task runs the model, and frees the device; nobody acquires it any more. */
  void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      if (loaded != null) {
        loaded.close();
      }
      loaded = null;
      resident = null;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void refresh(Manifest manifest, Supplier<WeightSnapshot> weights)
      throws InterruptedException {
    lock.writeLock().lockInterruptibly();
    try {
      if (closed) {
        throw new IllegalStateException("the model was closed; its evaluation engine is closing");
      }
      if (loaded != null && manifest.equals(resident)) {
        return;
      }
      LoadedModel model = loaded;
      if (model == null) {
        model = id.source().build(device);
        loaded = model;
        builds++;
      }
      resident = null;
      model.refresh(weights.get());
      resident = manifest;
      refreshes++;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
