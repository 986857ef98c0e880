package io.ostinato.progress;

/** A piece of work whose progress is shown. Not thread-safe. */
public interface Progress extends AutoCloseable {

  /**
   * Shows how much is done and a short message.
   *
   * @param done in the unit passed to {@link ProgressDisplay#start}
   */
  void update(long done, String message);

  /** Ends the display, whether or not the work is complete. */
  @Override
  void close();
}
