package io.ostinato.translation;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.ostinato.libraries.NativeLibraries;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Translators that are used by one thread at a time, and kept for the next one until this is
 * closed. A copy made by serialization has none at first. Thread-safe.
 *
 * @param <I> type of the inputs
 * @param <O> type of the outputs
 */
final class TranslatorPool<I, O> implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;

  private final TranslatorSource<I, O> source;
  private transient @Nullable Deque<Pooled<I, O>> idle;

  /** A translator and the parent of its arrays. */
  private record Pooled<I, O>(
      Device device, NDManager arrays, PreparedTranslator<I, O> translator) {
    void close() {
      try (arrays) {
        translator.close();
      }
    }
  }

  /** Work with a translator. */
  @FunctionalInterface
  interface Work<I, O, R> {
    R run(PreparedTranslator<I, O> translator) throws Exception;
  }

  TranslatorPool(TranslatorSource<I, O> source) {
    this.source = source;
  }

  /** Runs work with a translator whose arrays are on this device. */
  <R> R with(Device device, Work<I, O, R> work) throws Exception {
    Pooled<I, O> used = take(device);
    boolean succeeded = false;
    try {
      R result = work.run(used.translator());
      succeeded = true;
      return result;
    } finally {
      if (succeeded) {
        give(used);
      } else {
        used.close();
      }
    }
  }

  private Pooled<I, O> take(Device device) {
    synchronized (this) {
      Deque<Pooled<I, O>> known = idle;
      while (known != null && !known.isEmpty()) {
        Pooled<I, O> next = known.remove();
        if (next.device().equals(device)) {
          return next;
        }
        next.close();
      }
    }
    NDManager arrays = NativeLibraries.engine().newBaseManager(device);
    try {
      return new Pooled<>(device, arrays, source.open(arrays));
    } catch (RuntimeException | Error e) {
      arrays.close();
      throw e;
    }
  }

  private synchronized void give(Pooled<I, O> used) {
    Deque<Pooled<I, O>> known = idle == null ? new ArrayDeque<>() : idle;
    known.add(used);
    idle = known;
  }

  /** Closes the translators; later ones are made anew. */
  @Override
  public synchronized void close() {
    Deque<Pooled<I, O>> known = idle;
    idle = null;
    if (known != null) {
      known.forEach(Pooled::close);
    }
  }
}
