package io.ostinato.metric;

import io.ostinato.describe.Key;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How a configuration selects a ranking: exact, or with scores in bins. */
record RankingBins(
    @Key(
            value = "Number of bins of equal width, for outputs that are probabilities.",
            optional = true,
            otherwise = "exact, 8 bytes per row",
            atLeast = 2)
        @Nullable Integer bins) {

  Metric<?> choose(Supplier<Metric<?>> exact, IntFunction<Metric<?>> binned) {
    return bins == null ? exact.get() : binned.apply(bins);
  }
}
