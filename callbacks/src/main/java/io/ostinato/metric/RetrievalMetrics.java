package io.ostinato.metric;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;

/**
 * The metrics of retrieval by embeddings; see {@link Metrics#ofRetrieval}. Each is a mean over the
 * queries that have a match in the corpus. Of candidates with equal similarity, those that don't
 * match rank first.
 */
public final class RetrievalMetrics {
  private final EmbeddingSearch search;

  RetrievalMetrics(EmbeddingSearch search) {
    this.search = search;
  }

  /** Creates them from the keys of a configuration. */
  @FromKeys
  static RetrievalMetrics of(@Inline EmbeddingSearch search) {
    return new RetrievalMetrics(search);
  }

  /** The share of a query's matches that are among the {@code k} most similar candidates. */
  @Kind(
      name = "recall_at_k",
      value =
          "Mean over queries of the share of matches that are among the k most similar candidates:"
              + " `recall_at_10`.")
  public Metric<EmbeddingList> recallAt(
      @Key(value = "Number of most similar candidates.", byDefault = "10", atLeast = 1) int k) {
    return new RetrievalMetric(
        "recall_at_" + checked(k), search, matches -> (double) matches.within(k) / matches.size());
  }

  /**
   * The share of queries with a match among the {@code k} most similar candidates, which is called
   * recall at k, too, in metric learning.
   */
  @Kind(
      name = "hit_rate_at_k",
      value =
          "Share of queries with a match among the k most similar candidates: `hit_rate_at_10`.")
  public Metric<EmbeddingList> hitRateAt(
      @Key(value = "Number of most similar candidates.", byDefault = "10", atLeast = 1) int k) {
    return new RetrievalMetric(
        "hit_rate_at_" + checked(k), search, matches -> matches.rank(1) <= k ? 1 : 0);
  }

  /** The mean of the reciprocal rank of a query's first match. */
  @Kind(name = "mrr", value = "Mean reciprocal rank of the first match.", first = "similarity")
  public Metric<EmbeddingList> meanReciprocalRank() {
    return new RetrievalMetric("mrr", search, matches -> 1.0 / matches.rank(1));
  }

  private static int checked(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be at least 1; given: " + k);
    }
    return k;
  }
}
