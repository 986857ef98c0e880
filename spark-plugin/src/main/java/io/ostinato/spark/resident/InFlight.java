package io.ostinato.spark.resident;

import java.io.Serializable;
import java.util.TreeSet;

/**
 * The weights that evaluations needed when one of them began.
 *
 * @param number grows with each evaluation of an engine, so that the latest is known
 * @param manifests hashes of the manifests in flight, including that of the evaluation that began
 */
public record InFlight(long number, TreeSet<String> manifests) implements Serializable {
  static final InFlight NONE = new InFlight(0, new TreeSet<>());

  /** The later one of both. */
  InFlight latest(InFlight other) {
    return other.number > number ? other : this;
  }
}
