package io.ostinato.jobs.bench;

/**
 * One way to evaluate, compared with others on the same rows and weights by {@link PeersBenchmark}.
 * Every method fails with {@link PeerException} if the peer can't do it.
 */
interface Peer {
  /** As in tables and plots. */
  String name();

  /** The number of threads, the size of batches, and what is cached, in words. */
  String configuration();

  /** Reads the rows of a case, and keeps them for its evaluations; not measured. */
  void load(PeerCase which) throws PeerException;

  /** Evaluates once. */
  PeerResult evaluate(PeerWeights weights) throws PeerException;
}
