package io.ostinato.describe;

/**
 * A value that is checked where it is configured, but not on the executors to which it is copied.
 */
public interface Checked {
  /**
   * Checks the value.
   *
   * @throws IllegalArgumentException if it can't be used here; the message says why
   */
  void check();
}
