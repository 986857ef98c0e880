package io.ostinato.jobs.config;

/** A record that is checked where it is configured, and not where it is copied to. */
public interface Checked {
  /**
   * Says what is wrong with it.
   *
   * @throws IllegalArgumentException if it can't be used here
   */
  void check();
}
