package io.ostinato.jobs.config;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects the mistakes in a configuration, so that they are reported together. */
public final class Mistakes {
  private static final int MOST = 100;

  private final Set<PlacedMistake> found = new LinkedHashSet<>();

  public void add(Place place, String message) {
    add(new PlacedMistake(place, message));
  }

  /** Adds a mistake unless it has already been added. The first 100 are kept. */
  public void add(PlacedMistake mistake) {
    if (found.size() < MOST) {
      found.add(mistake);
    } else if (found.size() == MOST && !found.contains(mistake)) {
      found.add(
          new PlacedMistake(
              new Place(mistake.place().source(), 0),
              "there are more than 100 mistakes; fix those that are listed first"));
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
