package io.ostinato.jobs.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Measures all peers in turn for one case: a round of warm-up, then as many rounds as fit into the
 * time, with other weights in each. A peer that fails, or finds other metrics than the first one,
 * is left out.
 */
record PeerRounds(List<Peer> peers, Path folder, float[] centres) {
  private static final int WARM_UP = 2;
  private static final int MOST = 11;

  PeerMeasurements measure(PeerCase which, double seconds) throws IOException {
    long start = System.nanoTime();
    PeerMeasurements measurements = new PeerMeasurements(which);
    for (Peer peer : peers) {
      attempt(peer, measurements, () -> peer.load(which));
    }
    var first = PeerWeights.first(which.model(), centres);
    double longest = 0;
    for (int round = 0; round < WARM_UP + MOST; round++) {
      double before = since(start);
      // At least one round is measured, however slow the machine is.
      if (round > WARM_UP && before + longest > seconds) {
        break;
      }
      PeerWeights weights = PeerWeights.write(first, round, folder);
      round(weights, measurements, round >= WARM_UP);
      weights.delete();
      longest = round == 0 ? 0 : Math.max(longest, since(start) - before);
    }
    return measurements;
  }

  private void round(PeerWeights weights, PeerMeasurements measurements, boolean isMeasured) {
    Optional<PeerResult> expected = Optional.empty();
    for (Peer peer : peers) {
      Optional<PeerResult> result = evaluate(peer, weights, measurements);
      if (result.isEmpty()) {
        continue;
      }
      PeerResult found = result.get();
      if (expected.isPresent() && !found.agreesWith(expected.get())) {
        measurements.fail(
            peer.name(),
            "it found %s instead of %s".formatted(found.metrics(), expected.get().metrics()));
        continue;
      }
      expected = expected.or(() -> result);
      if (isMeasured) {
        measurements.add(peer.name(), found.seconds());
      }
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
