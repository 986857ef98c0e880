package io.ostinato.progress;

/** One piece of work whose progress is shown. Not thread-safe. */
public interface Progress extends AutoCloseable {

  /**
   * Shows how much is done, and a short message.
   *
   * @param done in the unit that {@link ProgressDisplay#start} was given
   */
  void update(long done, String message);

  /** The work is over, done or not. */
  @Override
  void close();
}
