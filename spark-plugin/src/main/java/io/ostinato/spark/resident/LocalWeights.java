package io.ostinato.spark.resident;

import io.ostinato.weights.Manifest;
import io.ostinato.weights.WeightSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The weights that tasks of this process can read in place, since the driver is in this process,
 * too. Thread-safe.
 */
public final class LocalWeights {
  private final Map<String, Deque<WeightSource>> byManifest = new HashMap<>();

  LocalWeights() {}

  /**
   * Offers weights to tasks.
   *
   * @return withdraws them; further calls have no effect
   */
  public Runnable offer(WeightSource weights) {
    String hash = weights.manifest().hash();
    synchronized (byManifest) {
      byManifest.computeIfAbsent(hash, h -> new ArrayDeque<>()).add(weights);
    }
    AtomicBoolean isOffered = new AtomicBoolean(true);
    return () -> {
      if (isOffered.getAndSet(false)) {
        withdraw(hash, weights);
      }
    };
  }

  private void withdraw(String hash, WeightSource weights) {
    synchronized (byManifest) {
      Deque<WeightSource> offered = byManifest.get(hash);
      if (offered != null) {
        offered.removeFirstOccurrence(weights);
        if (offered.isEmpty()) {
          byManifest.remove(hash);
        }
      }
    }
  }

  /** The weights of this manifest, if they are offered. */
  public Optional<WeightSource> find(Manifest manifest) {
    synchronized (byManifest) {
      return Optional.ofNullable(byManifest.get(manifest.hash())).map(Deque::getFirst);
    }
  }
}
