package io.ostinato.jobs.bench;

import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Measures all peers for one case: after a warm-up, as many rounds as fit into the time, with other
 * weights in each, and in another order, since what follows another may be slower for it. A peer
 * that fails, or finds other metrics than the first one, is left out.
 *
 * @param folder for files of weights
 * @param centres of the classes, float32 (10, 784)
 * @param mostRounds the maximum number of rounds of a case
 */
record PeerRounds(List<Peer> peers, Path folder, float[] centres, int mostRounds) {

  /**
   * Measures a case, at least once, however slow the machine is.
   *
   * @param seconds the time for this case
   * @param warmUpSeconds the time for the warm-up of each peer; at least one evaluation
   */
  PeerMeasurements measure(PeerCase which, double seconds, double warmUpSeconds)
      throws IOException {
    long start = System.nanoTime();
    PeerMeasurements measurements = new PeerMeasurements(which);
    WeightSnapshot first = PeerWeights.first(which.model(), centres);
    warmUp(first, measurements, warmUpSeconds);
    double longest = 0;
    Random random = new Random(1);
    for (int round = 0; round < mostRounds; round++) {
      double before = since(start);
      if (round > 0 && before + longest > seconds) {
        break;
      }
      round(PeerWeights.write(first, round + 2, folder), measurements, random);
      longest = Math.max(longest, since(start) - before);
    }
    return measurements;
  }

  private void warmUp(WeightSnapshot first, PeerMeasurements measurements, double seconds)
      throws IOException {
    PeerWeights[] weights = {
      PeerWeights.write(first, 0, folder), PeerWeights.write(first, 1, folder)
    };
    for (Peer peer : peers) {
      attempt(peer, measurements, () -> warmUp(peer, measurements.which(), weights, seconds));
    }
  }

  private static void warmUp(Peer peer, PeerCase which, PeerWeights[] weights, double seconds)
      throws PeerException {
    peer.load(which);
    long start = System.nanoTime();
    int evaluations = 0;
    do {
      peer.evaluate(weights[evaluations++ % weights.length]);
    } while (since(start) < seconds);
  }

  private void round(PeerWeights weights, PeerMeasurements measurements, Random random) {
    // Otherwise the peers in this process pay for what making weights of up to 400 MB has left.
    System.gc();
    List<Peer> order = new ArrayList<>(peers);
    Collections.shuffle(order, random);
    Map<Peer, PeerResult> results = new HashMap<>();
    for (Peer peer : order) {
      evaluate(peer, weights, measurements).ifPresent(result -> results.put(peer, result));
    }
    Optional<PeerResult> expected = Optional.empty();
    for (Peer peer : peers) {
      PeerResult found = results.get(peer);
      if (found == null) {
        continue;
      }
      if (expected.isPresent() && !found.agreesWith(expected.get())) {
        measurements.fail(
            peer.name(),
            "it found %s instead of %s".formatted(found.metrics(), expected.get().metrics()));
        continue;
      }
      expected = expected.or(() -> Optional.of(found));
      measurements.add(peer.name(), found.seconds());
    }
  }

  private static Optional<PeerResult> evaluate(
      Peer peer, PeerWeights weights, PeerMeasurements measurements) {
    PeerResult[] result = new PeerResult[1];
    attempt(peer, measurements, () -> result[0] = peer.evaluate(weights));
    return Optional.ofNullable(result[0]);
  }

  /** What a peer does. */
  private interface Attempt {
    void run() throws PeerException;
  }

  /** Of a peer that has failed, nothing is asked. */
  private static void attempt(Peer peer, PeerMeasurements measurements, Attempt attempt) {
    if (measurements.hasFailed(peer.name())) {
      return;
    }
    try {
      attempt.run();
    } catch (PeerException | RuntimeException e) {
      measurements.fail(peer.name(), String.valueOf(e.getMessage()));
    }
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
