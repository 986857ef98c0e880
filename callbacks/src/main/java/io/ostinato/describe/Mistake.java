package io.ostinato.describe;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A mistake in a configuration. Immutable.
 *
 * @param subject the subject of the mistake
 * @param problem what is wrong, as a clause that names the subject and the value
 * @param remedy how to fix it, as a clause; empty if that is clear from the problem
 * @param dependsOn other subjects that determine whether this is a mistake: a callback that
 *     requests a dataset depends on the datasets of the run. Empty if it depends on the subject
 *     alone
 */
public record Mistake(Subject subject, String problem, String remedy, List<Subject> dependsOn)
    implements Serializable {
  public Mistake {
    if (problem.isBlank()) {
      throw new IllegalArgumentException("a mistake of %s needs a problem".formatted(subject));
    }
    dependsOn = List.copyOf(dependsOn);
  }

  /** A mistake without a separate remedy. */
  public static Mistake of(Subject subject, String problem) {
    return new Mistake(subject, problem, "", List.of());
  }

  public static Mistake of(Subject subject, String problem, String remedy) {
    return new Mistake(subject, problem, remedy, List.of());
  }

  /** The same mistake, which also depends on other subjects. */
  public Mistake dependingOn(Subject... others) {
    List<Subject> all = new ArrayList<>(dependsOn);
    all.addAll(List.of(others));
    return new Mistake(subject, problem, remedy, all);
  }

  /** Problem and remedy in one sentence, such as {@code there is no model; call model(...)}. */
  public String text() {
    return remedy.isEmpty() ? problem : problem + "; " + remedy;
  }

  /** Same as {@link #text}. */
  @Override
  public String toString() {
    return text();
  }
}
