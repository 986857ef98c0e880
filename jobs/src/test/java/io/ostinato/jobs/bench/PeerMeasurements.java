package io.ostinato.jobs.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** The seconds of all peers for one case, round by round. */
final class PeerMeasurements {
  private final PeerCase which;
  private final Map<String, List<Double>> seconds = new LinkedHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  PeerMeasurements(PeerCase which) {
    this.which = which;
  }

  PeerCase which() {
    return which;
  }

  void add(String peer, double roundSeconds) {
    seconds.computeIfAbsent(peer, key -> new ArrayList<>()).add(roundSeconds);
  }

  /** Discards what a peer measured: it can't be measured in this case. */
  void fail(String peer, String reason) {
    seconds.remove(peer);
    failures.putIfAbsent(peer, reason);
  }

  boolean hasFailed(String peer) {
    return failures.containsKey(peer);
  }

  /** Why peers couldn't be measured, by name. */
  Map<String, String> failures() {
    return failures;
  }

  int rounds() {
    return seconds.values().stream().mapToInt(List::size).max().orElse(0);
  }

  /** The median; empty if the peer wasn't measured. */
  OptionalDouble median(String peer) {
    List<Double> measured = seconds.getOrDefault(peer, List.of());
    return measured.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Rounds.median(measured));
  }

  /** The median of the ratios of all rounds; empty if one of both wasn't measured. */
  OptionalDouble ratio(String peer, String to) {
    List<Double> ones = seconds.getOrDefault(peer, List.of());
    List<Double> others = seconds.getOrDefault(to, List.of());
    List<Double> ratios =
        IntStream.range(0, Math.min(ones.size(), others.size()))
            .mapToObj(round -> ones.get(round) / others.get(round))
            .toList();
    return ratios.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Rounds.median(ratios));
  }
}
