package io.ostinato.jobs.bench;

import java.time.Duration;

/**
 * One variant of a script that evaluates in Python; see {@code protocol.py}. Variants share the
 * process and its rows.
 */
final class PythonPeer implements Peer {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final String name;
  private final String variant;
  private final PythonScript script;

  PythonPeer(String name, PythonScript script, String variant) {
    this.name = name;
    this.script = script;
    this.variant = variant;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void load(PeerCase which) throws PeerException {
    script.load(which, LIMIT);
  }

  @Override
  public PeerResult evaluate(PeerWeights weights) throws PeerException {
    String answer =
        script.process().ask("evaluate %s %s".formatted(variant, weights.file()), "result", LIMIT);
    String[] numbers = answer.split(" ");
    return new PeerResult(
        Double.parseDouble(numbers[0]),
        Double.parseDouble(numbers[1]),
        Double.parseDouble(numbers[2]));
  }
}
