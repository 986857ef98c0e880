package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.model.EvaluationModel;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.tracking.MetricsRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callbacks that are due together, and what the engine is asked for then. */
class DueTogetherTest {
  private static final Schedule EVERY_UPDATE = Schedule.everyNUpdates(1);

  private final NDManager manager = Engine.getInstance().newBaseManager();
  private final Noting engine = new Noting();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void callbacksOfOneDatasetAskTheEngineOnce() {
    TrainingLoop training = run(2, callback("a", EVERY_UPDATE), callback("b", EVERY_UPDATE));
    assertThat(engine.asked).containsExactly("[a, b] at E0_U1_S16", "[a, b] at E0_U2_S32");
    assertThat(Trainings.records(training).toString())
        .contains("rows/a=40.0")
        .contains("rows/b=40.0");
    assertThat(Trainings.records(training)).hasSize(2);
  }

  @Test
  void anEpochEndsWithOneEvaluationForAllThatAreDueThen() {
    Schedule everyEpoch = Schedule.everyNEpochs(1);
    run(10, callback("a", everyEpoch), callback("b", everyEpoch), callback("c", everyEpoch));
    assertThat(engine.asked).containsExactly("[a, b, c] at E1_U10_S160");
  }

  @Test
  void thoseThatAreNotDueAreLeftOut() {
    run(
        4,
        callback("a", EVERY_UPDATE),
        callback("b", Schedule.everyNUpdates(2)),
        callback("c", Schedule.everyNUpdates(3)));
    assertThat(engine.asked)
        .containsExactly(
            "a at E0_U1_S16", "[a, b] at E0_U2_S32", "[a, c] at E0_U3_S48", "[a, b] at E0_U4_S64");
  }

  @Test
  void otherDatasetsAndBatchSizesAreAskedForOnTheirOwn() {
    DataIteratorConfig config = every(EVERY_UPDATE);
    run(
        1,
        new Rows("a", config, Failing.NEVER),
        new Rows("batch", config.batchSize(7), Failing.NEVER),
        new Rows("dataset", config.dataset("other"), Failing.NEVER));
    assertThat(engine.asked)
        .containsExactly("a at E0_U1_S16", "batch at E0_U1_S16", "dataset at E0_U1_S16");
  }

  @Test
  void partsOfOneDatasetAreNotMixedUp() {
    DataIteratorConfig config = every(EVERY_UPDATE);
    TrainingLoop training =
        run(
            1,
            new Rows("all", config, Failing.NEVER),
            new Rows("few", config.maxRows(7), Failing.NEVER),
            new Rows("more", config.maxRows(33).columns("x"), Failing.NEVER),
            new Rows("few_too", config.maxRows(7), Failing.NEVER),
            new Rows("too_many", config.maxRows(400), Failing.NEVER));
    assertThat(engine.asked)
        .containsExactly(
            "all at E0_U1_S16",
            "[few, few_too] at E0_U1_S16",
            "more at E0_U1_S16",
            "too_many at E0_U1_S16");
    assertThat(Trainings.records(training).toString())
        .contains("rows/all=40.0", "rows/few=7.0", "rows/more=33.0")
        .contains("rows/few_too=7.0", "rows/too_many=40.0");
  }

  @Test
  void theTimeThatACallbackWaitedForDataAddsUpAndBeginsAnewWithEachTraining() {
    Rows rows = callback("a", EVERY_UPDATE);
    assertThat(rows.totalDataTime()).isZero();
    run(3, rows);
    assertThat(engine.given).hasSize(3);
    assertThat(rows.totalDataTime()).isPositive().isEqualTo(engine.dataTime);
    assertThat(callback("a", EVERY_UPDATE).totalDataTime()).isZero();
  }

  @Test
  void unknownColumnsAndRowsAreToldBeforeTraining() {
    DataIteratorConfig config = every(EVERY_UPDATE);
    assertThatThrownBy(() -> run(1, new Rows("a", config.columns("x", "y", "z"), Failing.NEVER)))
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining(
            "callback 'a' asks for column 'y' of dataset 'test'; it has: x, class")
        .hasMessageContaining("callback 'a' asks for column 'z' of dataset 'test'");
    assertThatThrownBy(() -> config.maxRows(0)).hasMessage("maxRows=0 must be at least 1");
    assertThatThrownBy(() -> config.columns("x", "y", "x"))
        .hasMessage("columns [x, y, x] contain 'x' twice; list each column once");
  }

  @Test
  void oneThatFailsInProcessDataDoesNotKeepTheOtherFromItsResults() {
    for (boolean first : new boolean[] {true, false}) {
      engine.asked.clear();
      Rows bad = new Rows("bad", every(EVERY_UPDATE), Failing.DATA);
      Rows good = callback("good", EVERY_UPDATE);
      TrainingLoop training =
          loop(1, "run-" + first, first ? List.of(bad, good) : List.of(good, bad));
      assertThatThrownBy(training::run)
          .isInstanceOf(EvaluationException.class)
          .hasMessageContaining("callback 'bad' at E0_U1_S16 on dataset 'test' failed")
          .hasMessageContaining("no luck with data");
      assertThat(Trainings.records(training))
          .extracting(MetricsRecord::toString)
          .singleElement()
          .asString()
          .contains("rows/good=40.0")
          .doesNotContain("rows/bad");
      assertThat(engine.asked)
          .as("once together, then each on its own")
          .containsExactly(
              first ? "[bad, good] at E0_U1_S16" : "[good, bad] at E0_U1_S16",
              first ? "bad at E0_U1_S16" : "good at E0_U1_S16",
              first ? "good at E0_U1_S16" : "bad at E0_U1_S16");
      assertThat(engine.open()).isEmpty();
    }
  }

  @Test
  void oneThatFailsInProcessResultsDoesNotKeepTheOtherFromItsResults() {
    TrainingLoop training =
        loop(
            1,
            "run",
            List.of(
                new Rows("bad", every(EVERY_UPDATE), Failing.RESULTS),
                callback("good", EVERY_UPDATE)));
    assertThatThrownBy(training::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no luck with results");
    assertThat(Trainings.records(training).toString()).contains("rows/good=40.0");
    assertThat(engine.asked).containsExactly("[bad, good] at E0_U1_S16");
    assertThat(engine.open()).isEmpty();
  }

  @Test
  void allResultsAreClosedInTheEnd() {
    run(3, callback("a", EVERY_UPDATE), callback("b", EVERY_UPDATE));
    assertThat(engine.given).hasSize(6);
    assertThat(engine.open()).isEmpty();
  }

  private TrainingLoop run(long updates, Rows... callbacks) {
    TrainingLoop training = loop(updates, "run", List.of(callbacks));
    training.run();
    return training;
  }

  private TrainingLoop loop(long updates, String run, List<Rows> callbacks) {
    TrainingLoopBuilder loop =
        Trainings.on(manager, folder)
            .data(
                DataContainer.builder()
                    .train(Trainings.rows(manager, 160))
                    .evaluation("test", GeneratedRows.inMemory(40))
                    .evaluation("other", GeneratedRows.inMemory(8))
                    .build())
            .runId(run)
            .engine(engine)
            .length(TrainingLength.updates(updates));
    callbacks.forEach(loop::callback);
    return loop.build();
  }

  private static Rows callback(String name, Schedule schedule) {
    return new Rows(name, every(schedule), Failing.NEVER);
  }

  private enum Failing {
    NEVER,
    DATA,
    RESULTS
  }

  /** Writes how many rows there are, under its name. */
  private static final class Rows extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final Failing failing;

    Rows(String name, DataIteratorConfig config, Failing failing) {
      super(name, config);
      this.failing = failing;
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      if (failing == Failing.DATA) {
        throw new IllegalStateException("no luck with data");
      }
      return results("out", model.forward(batch.get("x")));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      if (failing == Failing.RESULTS) {
        throw new IllegalStateException("no luck with results");
      }
      writer().addScalar("rows/" + name(), results.get("out").getShape().get(0));
    }
  }

  /** Evaluates here, and notes what it is asked for. */
  private static final class Noting implements EvaluationEngine {
    private final LocalEvaluationEngine engine = new LocalEvaluationEngine();
    private final List<String> asked = new ArrayList<>();
    private final List<NDList> given = new ArrayList<>();
    private Duration dataTime = Duration.ZERO;

    @Override
    public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress) {
      asked.add("%s at %s".formatted(request.tag().callback(), request.tag().iteration()));
      return noted(engine.evaluate(request, progress));
    }

    @Override
    public List<EvaluationResults> evaluateTogether(
        List<EvaluationRequest> requests, ProgressDisplay progress) {
      asked.add(
          "%s at %s"
              .formatted(
                  requests.stream().map(request -> request.tag().callback()).toList(),
                  requests.get(0).tag().iteration()));
      assertThat(requests)
          .allMatch(request -> request.sharesPassWith(requests.get(0)), "share a pass");
      List<EvaluationResults> results = engine.evaluateTogether(requests, progress);
      results.forEach(this::noted);
      return results;
    }

    /** The arrays of results that nobody has closed. */
    List<NDList> open() {
      return given.stream().filter(list -> list.head().getManager().isOpen()).toList();
    }

    private EvaluationResults noted(EvaluationResults results) {
      given.add(new NDList(results.get(0)));
      dataTime = dataTime.plus(results.timings().data());
      return results;
    }

    @Override
    public void close() {
      engine.close();
    }
  }
}
