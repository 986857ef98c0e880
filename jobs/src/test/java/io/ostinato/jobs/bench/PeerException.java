package io.ostinato.jobs.bench;

/** A peer can't be measured; the others can. */
final class PeerException extends Exception {
  private static final long serialVersionUID = 1;

  PeerException(String message) {
    super(message);
  }

  PeerException(Exception cause) {
    super(cause.toString(), cause);
  }
}
