package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.metric.Metrics;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** How every {@link EvaluationEngine} applies an {@link EvaluationPolicy}. */
public abstract class EvaluationPolicyContract {
  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);

  private static final EvaluationPolicy FINITE = EvaluationPolicy.exact().nonFinite(NonFinite.FAIL);

  protected abstract EvaluationEngine engine();

  protected abstract EvaluationData generated(int... partitions);

  @Test
  void atItsDeadlineAnEvaluationIsCancelledAndTheNextOneIsRight() {
    EvaluationData data = generated(20, 20);
    byte[] before = bytes(request(data, EvaluationPolicyContract::predict));
    assertThat(
            bytes(
                request(data, EvaluationPolicyContract::predict)
                    .withPolicy(EvaluationPolicy.exact().deadline(Duration.ofMinutes(5)))))
        .as("one that ends in time is not affected")
        .isEqualTo(before);
    EvaluationRequest hung =
        request(data, EvaluationPolicyContract::hangAtRow30)
            .withPolicy(EvaluationPolicy.exact().deadline(Duration.ofMillis(700)));
    assertThatThrownBy(() -> bytes(hung))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("callback 'policy' at E2_U7_S70 on dataset 'generated'")
        .hasMessageContaining(", because its deadline is 700 ms: ")
        .hasMessageContaining(" of 40 rows were done")
        .hasMessageContaining("set a longer deadline");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(bytes(request(data, EvaluationPolicyContract::predict))).isEqualTo(before);
  }

  @Test
  void rowResultsThatAreNotFiniteFailIfAskedForAndNameArrayAndRow() {
    EvaluationRequest request = request(generated(20, 20), EvaluationPolicyContract::notFinite);
    bytes(request);
    assertThatThrownBy(() -> bytes(request.withPolicy(FINITE)))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'policy' at E2_U7_S70 on dataset 'generated'")
        .hasMessageContaining(
            "the result 'scores' has 7 NaN or infinite values, the first (-Infinity) in row 33")
        .hasMessageContaining("set non_finite to accept");
    bytes(request(generated(20), EvaluationPolicyContract::predict).withPolicy(FINITE));
  }

  @Test
  void metricsThatAreNotFiniteFailIfAskedForAndAreAllNamed() {
    EvaluationRequest request =
        new EvaluationRequest(
            tag(),
            generated(20, 20),
            8,
            CLASSIFIER,
            TestNets.weights(1),
            EvaluationPolicyContract::infiniteOutputs,
            List.of(Metrics.mse(), Metrics.mae()));
    bytes(request);
    assertThatThrownBy(() -> bytes(request.withPolicy(FINITE)))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("2 of 2 metrics are NaN or infinite: mse=Infinity, mae=Infinity");
  }

  /** All numbers of an evaluation. */
  private byte[] bytes(EvaluationRequest request) {
    try (EvaluationResults results = engine().evaluate(request, ProgressDisplay.silent())) {
      return results.size() == 0 ? new byte[0] : results.get(0).toByteArray();
    }
  }

  private static EvaluationRequest request(EvaluationData data, BatchProcessor processor) {
    return new EvaluationRequest(tag(), data, 8, CLASSIFIER, TestNets.weights(1), processor);
  }

  private static EvaluationTag tag() {
    return new EvaluationTag("policy", new TrainingIteration(2, 7, 70), "generated");
  }

  private static NDList predict(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")));
  }

  private static NDList hangAtRow30(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    if (batch.firstRow() + batch.rows() > 30) {
      new CountDownLatch(1).await();
    }
    return predict(batch, model);
  }

  /** NaN for all three classes of rows 35 and 36, and one minus infinity in row 33. */
  private static NDList notFinite(EvaluationBatch batch, EvaluationModel model) {
    float[] scores = new float[batch.rows() * 3];
    for (int i = 0; i < batch.rows(); i++) {
      long row = batch.firstRow() + i;
      if (row == 33) {
        scores[3 * i + 1] = Float.NEGATIVE_INFINITY;
      } else if (row == 35 || row == 36) {
        Arrays.fill(scores, 3 * i, 3 * i + 3, Float.NaN);
      }
    }
    NDArray array = batch.get("x").getManager().create(scores).reshape(batch.rows(), 3);
    array.setName("scores");
    return new NDList(array);
  }

  /** A score and its target for each row, of which one score is infinite. */
  private static NDList infiniteOutputs(EvaluationBatch batch, EvaluationModel model) {
    NDArray first = batch.get("x").get(":, 0");
    NDArray scores = batch.firstRow() == 20 ? first.div(0).abs() : first.mul(1);
    NDArray targets = first.mul(1);
    scores.setName("outputs");
    targets.setName("targets");
    return new NDList(scores, targets);
  }
}
