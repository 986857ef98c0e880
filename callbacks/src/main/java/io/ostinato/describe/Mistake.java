package io.ostinato.describe;

import java.io.Serializable;
import java.util.List;

/**
 * What is wrong with something that was configured. Immutable.
 *
 * @param subject what it is about
 * @param problem what is wrong, as a clause that names the subject and the value
 * @param remedy what helps, as a clause; empty where the problem says it all
 * @param dependsOn what else decides whether this is a mistake: a callback that asks for a dataset
 *     depends on the datasets of the run. None if the subject alone decides
 */
public record Mistake(Subject subject, String problem, String remedy, List<Subject> dependsOn)
    implements Serializable {
  public Mistake {
    if (problem.isBlank()) {
      throw new IllegalArgumentException("a mistake of %s needs a problem".formatted(subject));
    }
    dependsOn = List.copyOf(dependsOn);
  }

  /** A mistake whose problem says it all. */
  public static Mistake of(Subject subject, String problem) {
    return new Mistake(subject, problem, "", List.of());
  }

  public static Mistake of(Subject subject, String problem, String remedy) {
    return new Mistake(subject, problem, remedy, List.of());
  }

  /** The same mistake, which other things decide as well. */
  public Mistake dependingOn(Subject... others) {
    return new Mistake(subject, problem, remedy, List.of(others));
  }

  /** Problem and remedy in one sentence: {@code there is no model; call model(...)}. */
  public String text() {
    return remedy.isEmpty() ? problem : problem + "; " + remedy;
  }

  /** As {@link #text}. */
  @Override
  public String toString() {
    return text();
  }
}
