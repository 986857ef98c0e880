package io.ostinato.training;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The training's own state from one update to the next.
 *
 * @param seed the seed of the run, which determines the order of rows and all random numbers
 * @param skippedInARow the number of consecutive updates that were skipped, up to the last one
 */
record LoopState(int seed, int skippedInARow) {
  private static final String SEED = "seed";
  private static final String SKIPPED = "skipped_in_a_row";

  Map<String, String> save() {
    Map<String, String> values = new LinkedHashMap<>(); // ordered, so that files are reproducible
    values.put(SEED, Integer.toString(seed));
    values.put(SKIPPED, Integer.toString(skippedInARow));
    return values;
  }

  /** Restores a saved state, with defaults for values that weren't saved. */
  static LoopState of(Map<String, String> saved, LoopState byDefault) {
    return new LoopState(
        number(saved, SEED, byDefault.seed()), number(saved, SKIPPED, byDefault.skippedInARow()));
  }

  private static int number(Map<String, String> saved, String key, int byDefault) {
    return Integer.parseInt(saved.getOrDefault(key, Integer.toString(byDefault)));
  }
}
