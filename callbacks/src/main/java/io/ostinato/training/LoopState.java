package io.ostinato.training;

import java.util.Map;

/**
 * What the training itself remembers from one update to the next.
 *
 * @param seed of the run; the order of the rows and all that is drawn at random depend on it
 * @param skippedInARow how many updates were skipped, up to the last one
 */
record LoopState(int seed, int skippedInARow) {
  private static final String SEED = "seed";
  private static final String SKIPPED = "skipped_in_a_row";

  Map<String, String> save() {
    return Map.of(SEED, Integer.toString(seed), SKIPPED, Integer.toString(skippedInARow));
  }

  /** What was saved; of what wasn't, the default. */
  static LoopState of(Map<String, String> saved, LoopState byDefault) {
    return new LoopState(
        number(saved, SEED, byDefault.seed()), number(saved, SKIPPED, byDefault.skippedInARow()));
  }

  private static int number(Map<String, String> saved, String key, int byDefault) {
    return Integer.parseInt(saved.getOrDefault(key, Integer.toString(byDefault)));
  }
}
