package io.ostinato.metric;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The mean over queries of a number that is computed from their matches. */
record RetrievalMetric(String name, EmbeddingSearch search, Value value)
    implements Metric<EmbeddingList> {

  /** The number of one query. */
  @FunctionalInterface
  interface Value extends Serializable {
    double of(Matches matches);
  }

  @Override
  public List<String> columns() {
    return search.columns();
  }

  @Override
  public Optional<Object> stateKey() {
    return Optional.of(search);
  }

  @Override
  public Optional<Direction> direction() {
    return Optional.of(Direction.HIGHER_IS_BETTER);
  }

  @Override
  public EmbeddingList zero() {
    return new EmbeddingList();
  }

  @Override
  public EmbeddingList update(EmbeddingList state, MetricBatch batch) {
    state.add(EmbeddingBlock.of(batch, search), search.maxRows());
    return state;
  }

  @Override
  public EmbeddingList merge(EmbeddingList left, EmbeddingList right) {
    left.add(right, search.maxRows());
    return left;
  }

  @Override
  public double result(EmbeddingList state) {
    if (state.isOverfull() || state.hasNotFinite()) {
      return Double.NaN;
    }
    Retrieval retrieval = new Retrieval(state, search);
    double[] numbers =
        IntStream.of(retrieval.answerable())
            .parallel()
            .mapToDouble(query -> value.of(retrieval.search(query)))
            .toArray();
    MeanState mean = new MeanState(); // exact, since the order of the queries is not known
    for (double number : numbers) {
      mean.add(number, 1);
    }
    return mean.mean();
  }

  @Override
  public Optional<String> undefined(EmbeddingList state) {
    if (state.isOverfull()) {
      return Optional.of(
          "there are %s rows, and the embeddings of up to %s are kept on the driver; evaluate fewer"
                  .formatted(state.rows(), search.maxRows())
              + " rows, or set max_rows if the driver has the memory");
    }
    if (state.hasNotFinite()) {
      return Optional.of("an embedding has a number that is NaN or infinite");
    }
    return state.rows() > 0 && new Retrieval(state, search).answerable().length == 0
        ? Optional.of("no query has a match, which is another row of its group in the corpus")
        : Optional.empty();
  }

  @Override
  public Optional<String> warning(EmbeddingList state) {
    if (undefined(state).isPresent() || state.rows() == 0) {
      return Optional.empty();
    }
    Retrieval retrieval = new Retrieval(state, search);
    int left = retrieval.queries() - retrieval.answerable().length;
    return left == 0
        ? Optional.empty()
        : Optional.of(
            "%s of %s queries have no match in the corpus and are left out"
                .formatted(left, retrieval.queries()));
  }
}
