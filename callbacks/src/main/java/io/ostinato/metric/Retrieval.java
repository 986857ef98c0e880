package io.ostinato.metric;

import io.ostinato.metric.EmbeddingList.Embedding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Finds the matches of each query among its candidates. */
final class Retrieval {
  private final boolean isEachQuery;
  private final List<Embedding> queries;
  private final List<Embedding> corpus;
  private final double[] lengths;
  private final Map<Long, Integer> corpusOfGroup = new HashMap<>();

  Retrieval(EmbeddingList embeddings, EmbeddingSearch search) {
    List<Embedding> all = embeddings.embeddings();
    isEachQuery = !search.hasQueries();
    queries = isEachQuery ? all : all.stream().filter(Embedding::isQuery).toList();
    corpus = isEachQuery ? all : all.stream().filter(one -> !one.isQuery()).toList();
    lengths =
        corpus.stream()
            .mapToDouble(
                one -> search.similarity() == Similarity.COSINE ? Math.sqrt(one.dot(one)) : 1)
            .toArray();
    corpus.forEach(one -> corpusOfGroup.merge(one.group(), 1, Integer::sum));
  }

  /** The number of queries. */
  int queries() {
    return queries.size();
  }

  /** The queries with a match in the corpus, by their positions. */
  int[] answerable() {
    return IntStream.range(0, queries.size())
        .filter(query -> matches(queries.get(query)) > 0)
        .toArray();
  }

  private int matches(Embedding query) {
    return corpusOfGroup.getOrDefault(query.group(), 0) - (isEachQuery ? 1 : 0);
  }

  /** The similarities of one query to its candidates. */
  Matches search(int position) {
    Embedding query = queries.get(position);
    double[] matching = new double[matches(query)];
    double[] others = new double[corpus.size() - matching.length - (isEachQuery ? 1 : 0)];
    int match = 0;
    int other = 0;
    for (int i = 0; i < corpus.size(); i++) {
      if (isEachQuery && i == position) {
        continue;
      }
      double similarity = lengths[i] == 0 ? 0 : query.dot(corpus.get(i)) / lengths[i];
      if (corpus.get(i).group() == query.group()) {
        matching[match++] = similarity;
      } else {
        others[other++] = similarity;
      }
    }
    return Matches.of(matching, others);
  }
}
