package io.ostinato.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.LogLines;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Embeddings; {@link MetricsTest} has the values of other libraries. */
class RetrievalTest {
  private static final RetrievalMetrics ALL = Metrics.ofRetrieval(EmbeddingSearch.defaults());

  private final NDManager manager = Engine.getInstance().newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void ofEqualSimilaritiesThoseThatDoNotMatchComeFirst() {
    NDList collapsed = batch(new float[] {1, 1, 1, 1, 1, 1, 1, 1}, 2, 0, 0, 1, 1);
    assertThat(result(ALL.recallAt(1), collapsed)).isZero();
    assertThat(result(ALL.hitRateAt(2), collapsed)).isZero();
    assertThat(result(ALL.hitRateAt(3), collapsed)).isEqualTo(1);
    assertThat(result(ALL.meanReciprocalRank(), collapsed)).isEqualTo(1.0 / 3);
    NDList zeros = batch(new float[8], 2, 0, 0, 1, 1);
    assertThat(result(ALL.meanReciprocalRank(), zeros)).isEqualTo(1.0 / 3);
  }

  @Test
  void embeddingsOfTokensAreRefused() {
    NDList pooled = batch(new float[] {1, 0, 1, 0}, 2, 1, 1);
    NDArray outputs = pooled.get(0);
    pooled.set(0, outputs.reshape(2, 2, 1, 1));
    pooled.get(0).setName(MetricBatch.OUTPUTS);
    assertThat(result(ALL.recallAt(1), pooled)).isEqualTo(1);
    NDList tokens = batch(new float[] {1, 0, 1, 0, 1, 0, 1, 0}, 4, 1, 1);
    tokens.set(0, tokens.get(0).reshape(2, 2, 2));
    tokens.get(0).setName(MetricBatch.OUTPUTS);
    assertThatThrownBy(() -> result(ALL.recallAt(1), tokens))
        .hasMessage(
            "a metric of retrieval needs embeddings as outputs, (rows, dimensions); given: (2, 2,"
                + " 2); choose another output, or pool the tokens or positions of a row in the"
                + " model");
  }

  @Test
  void aRowDoesNotFindItself() {
    NDList rows = batch(new float[] {1, 0, 0, 1, 1, 0.1f}, 2, 5, 5, 6);
    assertThat(result(ALL.recallAt(1), rows)).isZero();
    assertThat(result(ALL.recallAt(2), rows)).isEqualTo(1);
  }

  @Test
  void recallIsOfMatchesAndHitRateOfQueries() {
    // The query finds one of its two matches among the first two.
    NDList rows = batch(new float[] {1, 0, 1, 0.1f, 0.5f, 0.5f, 1, 0.2f}, 2, 1, 1, 1, 2);
    NDList asked = with(rows, DataType.BOOLEAN, new Shape(4, 1), 1, 0, 0, 0);
    RetrievalMetrics queries = Metrics.ofRetrieval(EmbeddingSearch.defaults().queries("q"));
    assertThat(queries.recallAt(2).columns()).containsExactly("q");
    assertThat(queries.recallAt(2).name()).isEqualTo("recall_at_2");
    assertThat(result(queries.recallAt(2), asked)).isEqualTo(0.5);
    assertThat(result(queries.hitRateAt(2), asked)).isEqualTo(1);
  }

  @Test
  void groupsHave64Bits() {
    long large = 1L << 60;
    NDList rows = batch(new float[] {1, 0, 1, 0.1f, 1, 0.2f}, 2, large, large + 1, large);
    assertThat(result(ALL.recallAt(1), rows)).as("not the same in a double").isEqualTo(0);
  }

  @Test
  void queriesWithoutAMatchAreLeftOutAndReported() {
    NDList rows = batch(new float[] {1, 0, 1, 0.1f, 0, 1}, 2, 1, 1, 2);
    assertThat(LogLines.of(() -> assertThat(result(ALL.recallAt(1), rows)).isEqualTo(1)))
        .singleElement()
        .asString()
        .endsWith(
            "the metric 'recall_at_1' is possibly wrong: 1 of 3 queries have no match in the corpus"
                + " and are left out");
    NDList alone = batch(new float[] {1, 0, 1, 1}, 2, 1, 2);
    assertThat(LogLines.of(() -> assertThat(result(ALL.recallAt(1), alone)).isNaN()))
        .singleElement()
        .asString()
        .endsWith("no query has a match, which is another row of its group in the corpus");
  }

  @Test
  void memoryIsBoundedWhateverTheOrder() {
    Metric<EmbeddingList> few =
        Metrics.ofRetrieval(EmbeddingSearch.defaults().maxRows(4)).hitRateAt(1);
    NDList rows = batch(new float[] {1, 0, 1, 0.1f}, 2, 1, 1);
    MetricStates fits = MetricStates.zero(List.of(few)).update(rows).update(rows);
    assertThat(fits.results().get("hit_rate_at_1")).isEqualTo(1);
    MetricStates full = MetricStates.zero(List.of(few)).merge(fits).update(rows);
    String reason =
        "the metric 'hit_rate_at_1' is NaN: there are 6 rows, and the embeddings of up to 4 are"
            + " kept on the driver; evaluate fewer rows, or set max_rows if the driver has the"
            + " memory";
    for (MetricStates states : List.of(full, MetricStates.zero(List.of(few)).merge(full))) {
      assertThat(LogLines.of(() -> assertThat(states.results().get("hit_rate_at_1")).isNaN()))
          .singleElement()
          .asString()
          .endsWith(reason);
      assertThat(((EmbeddingList) states.state("hit_rate_at_1")).embeddings()).isEmpty();
    }
  }

  @Test
  void metricsOfOneSearchShareTheEmbeddings() throws Exception {
    RetrievalMetrics dot =
        Metrics.ofRetrieval(EmbeddingSearch.defaults().similarity(Similarity.DOT));
    List<Metric<?>> metrics =
        List.of(
            ALL.recallAt(1),
            dot.recallAt(2),
            ALL.meanReciprocalRank(),
            ALL.hitRateAt(1).named("hits"),
            ALL.hitRateAt(1).ofOutput("x"));
    NDList rows = batch(new float[] {1, 0, 1, 0.1f, 3, 1}, 2, 1, 1, 2);
    NDArray x = rows.get(0).duplicate();
    x.setName(MetricBatch.outputsOf("x"));
    rows.add(x);
    MetricStates states = MetricStates.zero(metrics).update(rows);
    MetricStates merged =
        MetricStates.zero(metrics).merge(MetricsTest.travelled(states)).merge(states);
    EmbeddingList shared = (EmbeddingList) merged.state("recall_at_1");
    assertThat(shared.rows()).as("added once by each merge").isEqualTo(6);
    assertThat(merged.state("mrr")).isSameAs(shared);
    assertThat(merged.state("hits")).isSameAs(shared);
    assertThat(merged.state("recall_at_2")).isNotSameAs(shared);
    assertThat(merged.state("hit_rate_at_1.x")).isNotSameAs(shared);
    for (Metric<?> metric : metrics) {
      assertThat(merged.results().get(metric.name()))
          .as(metric.name())
          .isEqualTo(
              MetricStates.zero(List.of(metric))
                  .update(rows)
                  .update(rows)
                  .results()
                  .get(metric.name()));
    }
  }

  @Test
  void wrongInputIsRefusedSayingWhatIsNeeded() {
    NDList flat = named(manager.create(new float[2]), manager.create(new long[2]));
    assertThatThrownBy(() -> result(ALL.recallAt(1), flat))
        .hasMessage(
            "a metric of retrieval needs embeddings as outputs, (rows, dimensions); given: (2)");
    NDList grouped =
        named(manager.zeros(new Shape(2, 2)), manager.zeros(new Shape(2, 2), DataType.INT64));
    assertThatThrownBy(() -> result(ALL.recallAt(1), grouped))
        .hasMessage(
            "a metric of retrieval needs groups, as targets, one for each of the 2 rows; given the"
                + " shape: (2, 2)");
    NDList half = named(manager.zeros(new Shape(1, 2)), manager.create(new float[] {0.5f}));
    assertThatThrownBy(() -> result(ALL.recallAt(1), half))
        .hasMessage("the target 0.5 is not a whole number, so it is not a group");
    RetrievalMetrics queries = Metrics.ofRetrieval(EmbeddingSearch.defaults().queries("q"));
    NDList rows = batch(new float[] {1, 0, 1, 0.1f}, 2, 1, 1);
    assertThatThrownBy(
            () -> result(queries.recallAt(1), with(rows, DataType.INT64, new Shape(2), 1, 3)))
        .hasMessage("the column 'q' must be 1 for queries and 0 for the corpus; given: 3.0");
    assertThatThrownBy(
            () -> result(queries.recallAt(1), with(rows, DataType.INT64, new Shape(1), 1)))
        .hasMessageContaining("needs the queries 'q', one for each of the 2 rows");
    assertThatThrownBy(
            () ->
                MetricStates.zero(List.of(ALL.recallAt(1)))
                    .update(rows)
                    .update(batch(new float[3], 3, 1)))
        .hasMessage("the embeddings of a batch have 3 dimensions, those of another 2");
    NDList nan = batch(new float[] {1, 0, Float.NaN, 0.1f}, 2, 1, 1);
    assertThat(LogLines.of(() -> assertThat(result(ALL.recallAt(1), nan)).isNaN()))
        .singleElement()
        .asString()
        .endsWith("an embedding has a number that is NaN or infinite");
    assertThatThrownBy(() -> ALL.recallAt(0)).hasMessage("k must be at least 1; given: 0");
    assertThatThrownBy(() -> EmbeddingSearch.defaults().maxRows(1))
        .hasMessage("max_rows must be at least 2; given: 1");
  }

  private NDList batch(float[] embeddings, int dimensions, long... groups) {
    return named(
        manager.create(embeddings, new Shape(groups.length, dimensions)), manager.create(groups));
  }

  private NDList with(NDList batch, DataType type, Shape shape, int... numbers) {
    NDArray array = manager.create(numbers, shape).toType(type, true);
    array.setName(MetricBatch.columnOf("q"));
    NDList all = new NDList(batch);
    all.add(array);
    return all;
  }

  private static NDList named(NDArray outputs, NDArray groups) {
    outputs.setName(MetricBatch.OUTPUTS);
    groups.setName(MetricBatch.TARGETS);
    return new NDList(outputs, groups);
  }

  private static double result(Metric<?> metric, NDList batch) {
    return MetricStates.zero(List.of(metric)).update(batch).results().values().iterator().next();
  }
}
