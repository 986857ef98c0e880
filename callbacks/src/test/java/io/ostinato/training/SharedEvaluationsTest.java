package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.LogLines;
import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.weights.HostArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedEvaluationsTest {
  private static final DataIteratorConfig CONFIG = every(Schedule.everyNUpdates(1));

  private final List<List<String>> asked = new ArrayList<>();
  private final List<String> closed = new ArrayList<>();
  private boolean failing;
  private String weights = "first";
  private final SharedEvaluations shared =
      new SharedEvaluations(this::together, evaluation -> weights);

  @Test
  void thoseOfOneKindRunTogetherWhenTheFirstOfThemIsAskedFor() {
    CallbackEvaluation a = evaluation("a", CONFIG);
    CallbackEvaluation b = evaluation("b", CONFIG);
    CallbackEvaluation c = evaluation("c", CONFIG);
    shared.plan(List.of(a, b, c));
    assertThat(asked).isEmpty();
    for (CallbackEvaluation evaluation : List.of(b, a, c)) {
      try (EvaluationResults results = shared.find(evaluation).orElseThrow()) {
        assertThat(results.get(evaluation.callback()).getShape()).isEqualTo(new Shape(1));
      }
    }
    assertThat(asked).containsExactly(List.of("a", "b", "c"));
    shared.clear();
    assertThat(closed).containsExactly("b", "a", "c");
  }

  @Test
  void otherPartsOfDatasetsBatchSizesAndWeightsAreNotShared() {
    List<CallbackEvaluation> evaluations =
        List.of(
            evaluation("a", CONFIG),
            evaluation("batch", CONFIG.batchSize(7)),
            evaluation("dataset", CONFIG.dataset("train")),
            evaluation("rows", CONFIG.maxRows(100)),
            evaluation("fewer rows", CONFIG.maxRows(10)),
            evaluation("columns", CONFIG.columns("x")),
            evaluation("weights", CONFIG.weights("ema=0.999")));
    shared.plan(evaluations);
    assertThat(evaluations).allSatisfy(one -> assertThat(shared.find(one)).isEmpty());
    assertThat(asked).isEmpty();
  }

  @Test
  void eachGroupRunsOnItsOwn() {
    CallbackEvaluation a = evaluation("a", CONFIG);
    CallbackEvaluation x = evaluation("x", CONFIG.batchSize(7));
    CallbackEvaluation b = evaluation("b", CONFIG);
    CallbackEvaluation y = evaluation("y", CONFIG.batchSize(7));
    shared.plan(List.of(a, x, b, y));
    shared.find(y).orElseThrow().close();
    assertThat(asked).containsExactly(List.of("x", "y"));
    shared.find(a).orElseThrow().close();
    assertThat(asked).containsExactly(List.of("x", "y"), List.of("a", "b"));
    shared.clear();
    assertThat(closed).containsExactlyInAnyOrder("y", "a", "x", "b");
  }

  @Test
  void aFailureLetsEachRunOnItsOwn() {
    CallbackEvaluation a = evaluation("a", CONFIG);
    CallbackEvaluation b = evaluation("b", CONFIG);
    failing = true;
    shared.plan(List.of(a, b));
    List<String> lines =
        LogLines.of(
            () -> {
              assertThat(shared.find(a)).isEmpty();
              assertThat(shared.find(b)).isEmpty();
            });
    assertThat(asked).as("together once, not again for the second").hasSize(1);
    assertThat(String.join("\n", lines))
        .contains("callbacks that are due together are evaluated separately: no luck");
  }

  @Test
  void whatNobodyTookIsClosed() {
    CallbackEvaluation a = evaluation("a", CONFIG);
    CallbackEvaluation b = evaluation("b", CONFIG);
    shared.plan(List.of(a, b));
    EvaluationResults taken = shared.find(a).orElseThrow();
    shared.clear();
    assertThat(closed).containsExactly("b");
    assertThat(shared.find(b)).as("and forgotten").isEmpty();
    taken.close();
    shared.plan(List.of(a, b));
    shared.find(a).orElseThrow().close();
    shared.plan(List.of());
    assertThat(closed).as("also by the next plan").containsExactly("b", "a", "a", "b");
  }

  @Test
  void thoseThatAreStillToComeRunTogetherAgainWhenTheWeightsHaveChanged() {
    CallbackEvaluation a = evaluation("a", CONFIG);
    CallbackEvaluation b = evaluation("b", CONFIG);
    CallbackEvaluation c = evaluation("c", CONFIG);
    CallbackEvaluation x = evaluation("x", CONFIG.batchSize(7));
    CallbackEvaluation y = evaluation("y", CONFIG.batchSize(7));
    shared.plan(List.of(a, x, b, c, y));
    shared.find(a).orElseThrow().close();
    weights = "second";
    for (CallbackEvaluation evaluation : List.of(x, b, c, y)) {
      try (EvaluationResults results = shared.find(evaluation).orElseThrow()) {
        assertThat(results.manifest()).isEqualTo("second");
      }
    }
    assertThat(asked).containsExactly(List.of("a", "b", "c"), List.of("x", "y"), List.of("b", "c"));
    assertThat(closed).as("those of the old weights too").hasSize(7);
    weights = "third";
    shared.clear();
    assertThat(closed).hasSize(7);
  }

  @Test
  void theLastOfThoseThatRanTogetherRunsOnItsOwnWhenTheWeightsHaveChanged() {
    CallbackEvaluation a = evaluation("a", CONFIG);
    CallbackEvaluation b = evaluation("b", CONFIG);
    shared.plan(List.of(a, b));
    shared.find(a).orElseThrow().close();
    weights = "second";
    assertThat(shared.find(b)).isEmpty();
    assertThat(asked).containsExactly(List.of("a", "b"));
    assertThat(closed).containsExactly("a", "b");
  }

  @Test
  void aResultIsGivenOnce() {
    CallbackEvaluation a = evaluation("a", CONFIG);
    CallbackEvaluation b = evaluation("b", CONFIG);
    shared.plan(List.of(a, b));
    shared.find(a).orElseThrow().close();
    assertThat(shared.find(a)).isEmpty();
    shared.clear();
  }

  @Test
  void whatIsNotAnEvaluationsFailureIsThrown() {
    SharedEvaluations broken =
        new SharedEvaluations(
            evaluations -> {
              throw new IllegalStateException("no weights");
            },
            evaluation -> weights);
    CallbackEvaluation a = evaluation("a", CONFIG);
    broken.plan(List.of(a, evaluation("b", CONFIG)));
    assertThatThrownBy(() -> broken.find(a))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no weights");
    assertThat(broken.find(a)).as("then each runs on its own").isEmpty();
  }

  private List<EvaluationResults> together(List<CallbackEvaluation> evaluations) {
    asked.add(evaluations.stream().map(CallbackEvaluation::callback).toList());
    if (failing) {
      throw new EvaluationException("no luck");
    }
    return evaluations.stream().map(CallbackEvaluation::callback).map(this::results).toList();
  }

  private EvaluationResults results(String name) {
    HostArray array = HostArray.of(name, DataType.INT8, new Shape(1), new byte[1]);
    return EvaluationResults.of(
        List.of(array),
        List.of(),
        new Certificate(1, 1, 0, "", weights, List.of(), Attempts.NONE),
        SharedEvaluationsTest::noTime,
        t -> closed.add(name));
  }

  private static EvaluationTimings noTime() {
    Duration zero = Duration.ZERO;
    return new EvaluationTimings(zero, zero, zero, zero, zero, zero, zero, zero, zero);
  }

  private static CallbackEvaluation evaluation(String callback, DataIteratorConfig config) {
    UpdateCounter now = UpdateCounter.of(TrainingLength.updates(4), 10, 16);
    return new CallbackEvaluation(
        callback,
        new Invocation(IntervalType.UPDATE, now),
        config,
        (batch, model) -> new NDList(),
        List.of());
  }
}
