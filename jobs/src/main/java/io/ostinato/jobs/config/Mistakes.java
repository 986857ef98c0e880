package io.ostinato.jobs.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the mistakes in a configuration, so that they are reported together. */
public final class Mistakes {
  private final List<PlacedMistake> found = new ArrayList<>();

  public void add(Place place, String message) {
    add(new PlacedMistake(place, message));
  }

  /** Adds a mistake unless it has already been added. */
  public void add(PlacedMistake mistake) {
    if (!found.contains(mistake)) {
      found.add(mistake);
    }
  }

  /** The mistakes in the order of lines; those of options come last, in the order of detection. */
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
   * Throws an exception if there are mistakes.
   *
   * @throws ConfigurationException with all mistakes
   */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw new ConfigurationException(all());
    }
  }
}
