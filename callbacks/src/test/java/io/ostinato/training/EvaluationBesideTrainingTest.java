package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.WeightSnapshot;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Evaluations that use the engine's random numbers and gradients while a training runs. */
class EvaluationBesideTrainingTest extends TwinsFixture {
  private static final AtomicReference<Consumer<EvaluationBatch>> WORK = new AtomicReference<>();

  private final WeightSnapshot weights = TestNets.weights(drawingNet(), 3);
  private final LocalEvaluationEngine engine = new LocalEvaluationEngine();

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void evaluationsOnAnotherThreadLeaveATrainingAsItIs() throws Exception {
    String alone = alone(1);
    CyclicBarrier meeting = new CyclicBarrier(2);
    Callback meets = new AfterMicroBatch(() -> await(meeting));
    Future<String> training = inBackground(() -> run(noisy(1).callback(meets)));
    for (int i = 0; i < MICRO_BATCHES; i++) {
      evaluate(engine, batch -> seedAndDraw());
      await(meeting);
    }
    assertThat(result(training)).isEqualTo(alone);
  }

  @Test
  void evaluationsOnTheTrainingThreadLeaveATrainingAsItIs() {
    Callback evaluates = new AfterMicroBatch(() -> evaluate(engine, batch -> seedAndDraw()));
    assertThat(run(noisy(1).callback(evaluates))).isEqualTo(alone(1));
  }

  @Test
  void aModelThatIsBuiltAtTheSameTimeLeavesATrainingAsItIs() {
    Callback builds =
        new AfterMicroBatch(
            () -> {
              try (LocalEvaluationEngine fresh = new LocalEvaluationEngine()) {
                evaluate(fresh, batch -> {});
              }
            });
    assertThat(run(noisy(1).callback(builds))).isEqualTo(alone(1));
  }

  /** The batch begins between two micro-batches, and ends only when the next one waits for it. */
  @Test
  void aMicroBatchWaitsForTheEndOfABatch() throws Exception {
    String alone = alone(1);
    CyclicBarrier meeting = new CyclicBarrier(2);
    AtomicReference<Thread> waiting = new AtomicReference<>();
    Callback meets =
        new AtMicroBatch(
            5,
            () -> {
              await(meeting); // the evaluation begins
              await(meeting); // its batch runs
              waiting.set(Thread.currentThread());
            });
    Future<String> training = inBackground(() -> run(noisy(1).callback(meets)));
    await(meeting);
    evaluate(
        engine,
        batch -> {
          if (batch.firstRow() == 0) {
            await(meeting);
            awaitBlocked(waiting);
            seedAndDraw();
          }
        });
    assertThat(result(training)).isEqualTo(alone);
  }

  @Test
  void aTrainingInProcessDataIsRefused() {
    assertThatThrownBy(() -> evaluate(engine, batch -> run(noisy(2))))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining(
            "a training can't run inside processData or a model's forward, which hold the engine;"
                + " train before or after it");
    assertThat(alone(1)).isNotEmpty();
  }

  @Test
  void aCollectorThatProcessDataLeavesOpenFailsTheEvaluationAlone() {
    String alone = alone(1);
    assertThatThrownBy(() -> evaluate(engine, batch -> Engine.getInstance().newGradientCollector()))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining(
            "callback 'drawing' at E0_U0_S0 on dataset 'test' failed in processData")
        .hasMessageContaining(
            "processData left a GradientCollector open; open it with try-with-resources");
    assertThat(alone(1)).isEqualTo(alone);
  }

  @Test
  void processDataMayCollectGradientsAndAFailureOfItLeavesNoneOpen() {
    String alone = alone(1);
    evaluate(
        engine,
        batch -> {
          try (var collector = Engine.getInstance().newGradientCollector()) {
            assertThat(collector).isNotNull();
          }
        });
    assertThatThrownBy(
            () ->
                evaluate(
                    engine,
                    batch -> {
                      Engine.getInstance().newGradientCollector();
                      throw new IllegalArgumentException("no such class");
                    }))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("no such class");
    assertThat(alone(1)).isEqualTo(alone);
  }

  private void evaluate(LocalEvaluationEngine evaluator, Consumer<EvaluationBatch> work) {
    WORK.set(work);
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("drawing", TrainingIteration.START, "test"),
            GeneratedRows.inMemory(20),
            10,
            ModelSource.ofBlock(EvaluationBesideTrainingTest::drawingNet, TestNets.FEATURES),
            weights,
            EvaluationBesideTrainingTest::work);
    evaluator.evaluate(request, ProgressDisplay.silent()).close();
  }

  private static NDList work(EvaluationBatch batch, EvaluationModel model) {
    Objects.requireNonNull(WORK.get()).accept(batch);
    return model.forward(new NDList(batch.get("x")));
  }

  /** Draws random numbers when it is built. */
  private static Block drawingNet() {
    seedAndDraw();
    return TestNets.classifier();
  }

  private static void seedAndDraw() {
    Engine.getInstance().setRandomSeed(7);
    try (var scope = Engine.getInstance().newBaseManager()) {
      scope.randomNormal(new Shape(100)).close();
      scope.truncatedNormal(0, 1, new Shape(10), DataType.FLOAT32).close();
    }
  }

  private static void awaitBlocked(AtomicReference<Thread> thread) {
    while (thread.get() == null || !isBlocked(thread.get().getState())) {
      Thread.onSpinWait();
    }
  }

  private static boolean isBlocked(Thread.State state) {
    return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
  }

  /** Does something on the training thread, once. */
  private static final class AtMicroBatch extends Callback {
    private static final long serialVersionUID = 1;

    private final int number;
    private final transient Runnable work;
    private int seen;

    AtMicroBatch(int number, Runnable work) {
      this.number = number;
      this.work = work;
    }

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      seen++;
      if (seen == number) {
        work.run();
      }
    }
  }
}
