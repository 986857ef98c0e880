package io.ostinato.describe;

/** A value that is checked where it is configured, and not on the executors it is copied to. */
public interface Checked {
  /**
   * Checks the value.
   *
   * @throws IllegalArgumentException if it can't be used here; says why
   */
  void check();
}
