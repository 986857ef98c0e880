package io.ostinato.spark.resident;

import java.lang.ref.WeakReference;

/**
 * The task slots of the application that this process works for, one after another. Thread-safe.
 */
final class ApplicationSlots {
  private WeakReference<Object> current = new WeakReference<>(null);
  private IdleSlots slots = new IdleSlots();

  synchronized IdleSlots of(Object application) {
    if (current.get() != application) {
      current = new WeakReference<>(application);
      slots = new IdleSlots();
    }
    return slots;
  }
}
