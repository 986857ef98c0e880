package io.ostinato.metric;

import io.ostinato.describe.Key;
import java.io.Serializable;
import java.util.List;

/**
 * How embeddings are searched. Outputs are embeddings {@code (rows, dimensions)}, targets the
 * groups of the rows {@code (rows)}: whole numbers, of which rows that match have the same.
 *
 * @param similarity how candidates are ranked
 * @param queries the column of the dataset that is 1 for queries and 0 for the corpus that they
 *     search; blank if each row is a query and searches all others
 * @param maxRows the maximum number of rows, whose embeddings are kept: 4 bytes per number
 */
public record EmbeddingSearch(
    @Key(value = "How candidates are ranked.", byDefault = "cosine") Similarity similarity,
    @Key(
            value =
                "The column of the dataset that is 1 for queries, and 0 for the corpus that they"
                    + " search.",
            byDefault = "''",
            otherwise = "each row is a query and searches all others")
        String queries,
    @Key(
            value =
                "Maximum number of rows. The driver keeps 4 bytes for each number of their"
                    + " embeddings; with more rows, the result is NaN, with a warning.",
            byDefault = "50000",
            atLeast = 2)
        int maxRows)
    implements Serializable {

  /** The usual maximum number of rows. */
  public static final int DEFAULT_MAX_ROWS = 50_000;

  public EmbeddingSearch {
    queries = queries.strip();
    if (maxRows < 2) {
      throw new IllegalArgumentException("max_rows must be at least 2; given: " + maxRows);
    }
  }

  /** Cosine similarity of each row to all others, of up to {@value #DEFAULT_MAX_ROWS} rows. */
  public static EmbeddingSearch defaults() {
    return new EmbeddingSearch(Similarity.COSINE, "", DEFAULT_MAX_ROWS);
  }

  public EmbeddingSearch similarity(Similarity newSimilarity) {
    return new EmbeddingSearch(newSimilarity, queries, maxRows);
  }

  public EmbeddingSearch queries(String column) {
    return new EmbeddingSearch(similarity, column, maxRows);
  }

  public EmbeddingSearch maxRows(int rows) {
    return new EmbeddingSearch(similarity, queries, rows);
  }

  /** Whether the queries are not part of the corpus. */
  boolean hasQueries() {
    return !queries.isEmpty();
  }

  List<String> columns() {
    return hasQueries() ? List.of(queries) : List.of();
  }
}
