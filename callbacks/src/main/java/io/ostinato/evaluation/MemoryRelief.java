package io.ostinato.evaluation;

/** Frees memory of a device that evaluations can do without. Thread-safe. */
@FunctionalInterface
public interface MemoryRelief {
  /** There is nothing to free. */
  MemoryRelief NONE = () -> false;

  /** Frees what is given up first; returns false if there is nothing left to free. */
  boolean free();
}
