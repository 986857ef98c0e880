package io.ostinato.jobs.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects all that is wrong with a configuration, so that it is told together. */
public final class Mistakes {
  private final List<PlacedMistake> found = new ArrayList<>();

  public void add(Place place, String message) {
    add(new PlacedMistake(place, message));
  }

  /** Adds a mistake, unless it is there already. */
  public void add(PlacedMistake mistake) {
    if (!found.contains(mistake)) {
      found.add(mistake);
    }
  }

  /** In the order of lines; those of options come last, in the order in which they were found. */
  public List<PlacedMistake> all() {
    return found.stream()
        .sorted(
            Comparator.comparingInt(
                mistake ->
                    mistake.place().line() == 0 ? Integer.MAX_VALUE : mistake.place().line()))
        .toList();
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /**
   * Goes on only if nothing is wrong.
   *
   * @throws ConfigurationException with all that is
   */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw new ConfigurationException(all());
    }
  }
}
