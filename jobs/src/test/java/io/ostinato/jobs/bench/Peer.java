package io.ostinato.jobs.bench;

/**
 * One way to evaluate, compared with others on the same rows and weights by {@link PeersBenchmark}.
 * {@code docs/performance.md} describes how each is configured, and why. Every method fails with
 * {@link PeerException} if the peer can't do it.
 */
interface Peer {
  /** As in tables and plots. */
  String name();

  /** Reads the rows of a case, and keeps them for its evaluations; not measured. */
  void load(PeerCase which) throws PeerException;

  /** Evaluates once. */
  PeerResult evaluate(PeerWeights weights) throws PeerException;
}
