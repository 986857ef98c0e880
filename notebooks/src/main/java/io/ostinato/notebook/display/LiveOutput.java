package io.ostinato.notebook.display;

/**
 * Shows views in the output of a cell, in place.
 *
 * @param <V> what is shown
 */
public interface LiveOutput<V> {
  /** Shows a view in an output of its own, and returns its id. */
  String show(V view);

  /** Replaces what an output shows. */
  void update(String id, V view);
}
