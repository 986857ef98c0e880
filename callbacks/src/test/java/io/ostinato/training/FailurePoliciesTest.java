package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import io.ostinato.LogLines;
import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.OnFailure;
import io.ostinato.model.EvaluationModel;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.quality.BestMetricCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.stopping.MetricEarlyStopper;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What a training does when its evaluations fail, by their policies. */
class FailurePoliciesTest extends MomentsFixture {
  private static final Schedule EVERY_UPDATE = Schedule.everyNUpdates(1);

  private final Flaky engine = new Flaky();

  @Test
  void aToleratedFailureLeavesOneWarningAndAMarkInItsRecord() throws IOException {
    engine.failAt("a", 2, 3);
    TrainingLoop training = training(4, scripted("a", OnFailure.warn(), 1, 2, 3, 4));
    List<String> lines = LogLines.of(training::run);
    assertThat(lines.stream().filter(line -> line.contains("E0_U2_S32")))
        .singleElement()
        .asString()
        .contains(
            "callback 'a' at E0_U2_S32 on dataset 'test': the evaluation failed; training continues"
                + " without its results: no luck");
    assertThat(records(training))
        .containsExactly(
            "E0_U1_S16 {score/a=1.0}",
            "E0_U2_S32 {failed_evaluations/a=1.0}",
            "E0_U3_S48 {failed_evaluations/a=2.0}",
            "E0_U4_S64 {score/a=4.0}");
    assertThat(
            RunSummary.of(MetricProperties.defaults(), Trainings.records(training))
                .failedEvaluations())
        .isEqualTo(Map.of("a", 2L));
    assertThat(Files.readString(training.folder().resolve("summary.json")))
        .contains("\"failed_evaluations/a\"")
        .contains("\"value\": 2.0");
  }

  @Test
  void byDefaultTheFailureEndsTheTraining() {
    engine.failAt("a", 2);
    TrainingLoop training = training(4, scripted("a", OnFailure.fail(), 1, 2, 3, 4));
    assertThatThrownBy(training::run).isInstanceOf(EvaluationException.class).hasMessage("no luck");
    assertThat(records(training)).containsExactly("E0_U1_S16 {score/a=1.0}");
    assertThat(engine.asked).containsExactly("a at E0_U1_S16", "a at E0_U2_S32");
  }

  @Test
  void aRetryRepeatsTheEvaluationOfTheSameWeightsAtTheSameMoment() {
    engine.failures.put("a at E0_U1_S16", 2);
    TrainingLoop training = training(2, scripted("a", OnFailure.retry(2), 1, 2));
    List<String> lines = LogLines.of(training::run);
    assertThat(records(training))
        .containsExactly("E0_U1_S16 {score/a=1.0}", "E0_U2_S32 {score/a=2.0}");
    assertThat(engine.asked)
        .containsExactly("a at E0_U1_S16", "a at E0_U1_S16", "a at E0_U1_S16", "a at E0_U2_S32");
    assertThat(engine.manifests.subList(0, 3)).containsOnly(engine.manifests.get(0));
    assertThat(engine.manifests.get(3)).isNotEqualTo(engine.manifests.get(0));
    assertThat(String.join("\n", lines))
        .contains("attempt 1 of 3 failed and is repeated: no luck")
        .contains("attempt 2 of 3 failed and is repeated: no luck");
  }

  @Test
  void afterTheLastRetryTheFailureIsThrownOrTolerated() {
    engine.failures.put("a at E0_U1_S16", 9);
    TrainingLoop failing = training(1, scripted("a", OnFailure.retry(2), 1));
    assertThatThrownBy(failing::run).isInstanceOf(EvaluationException.class).hasMessage("no luck");
    assertThat(engine.asked).hasSize(3);
    engine.asked.clear();
    TrainingLoop warning =
        loop("warning", 1, scripted("a", OnFailure.retry(1).thenWarn(), 1)).build();
    List<String> lines = LogLines.of(warning::run);
    assertThat(engine.asked).hasSize(2);
    assertThat(String.join("\n", lines)).contains("the evaluation failed after 2 attempts;");
    assertThat(records(warning)).containsExactly("E0_U1_S16 {failed_evaluations/a=1.0}");
  }

  @Test
  void readersTakeAMetricThatIsMissingAsNoValueAtAll() {
    // Better at 1, missing at 2 and 3, no better at 4, better at 5: patience of 2 is not exhausted.
    engine.failAt("a", 2, 3);
    TrainingLoop training =
        training(
            5,
            scripted("a", OnFailure.warn(), 1, 9, 9, 1, 2),
            new Writing("b", EVERY_UPDATE, "b"),
            new BestMetricCallback(
                BestMetricCallback.Config.of("score/a", "score/a", "b").every(EVERY_UPDATE)),
            new BestCheckpointCallback(
                BestCheckpointCallback.Config.of("score/a").every(EVERY_UPDATE).tolerances(1)),
            new MetricEarlyStopper(MetricEarlyStopper.Config.of("score/a", 2).every(EVERY_UPDATE)),
            new Reading("reading"));
    TrainingResult result = training.run();
    assertThat(result.endedBy()).isEqualTo(EndedBy.LENGTH);
    assertThat(records(training))
        .containsExactly(
            "E0_U1_S16 {b=1.0, b/at_best/score/a=1.0, read=1.0, score/a=1.0, score/a/at_best/score/a=1.0}",
            "E0_U2_S32 {b=1.0, failed_evaluations/a=1.0}",
            "E0_U3_S48 {b=1.0, failed_evaluations/a=2.0}",
            "E0_U4_S64 {b=1.0, b/at_best/score/a=1.0, read=1.0, score/a=1.0, score/a/at_best/score/a=1.0}",
            "E0_U5_S80 {b=1.0, b/at_best/score/a=1.0, read=2.0, score/a=2.0, score/a/at_best/score/a=2.0}");
    assertThat(checkpoints(training).load("best_model.score.a").iteration())
        .hasToString("E0_U5_S80");
    assertThat(checkpoints(training).load("best_model.score.a.tolerance=1").iteration())
        .as("exhausted by the value at update 4, not by missing ones")
        .hasToString("E0_U1_S16");
  }

  @Test
  void missingValuesAloneNeverExhaustThePatience() {
    engine.failAt("a", 2, 3, 4, 5, 6);
    MetricEarlyStopper stopper =
        new MetricEarlyStopper(MetricEarlyStopper.Config.of("score/a", 1).every(EVERY_UPDATE));
    TrainingLoop training =
        training(7, scripted("a", OnFailure.warn(), 1, 1, 1, 1, 1, 1, 1), stopper);
    assertThat(training.run().end()).hasToString("E0_U7_S112");
  }

  @Test
  void aMetricThatIsNeverWrittenIsStillAMistake() {
    TrainingLoop training =
        training(
            2,
            scripted("a", OnFailure.warn(), 1, 2),
            new MetricEarlyStopper(
                MetricEarlyStopper.Config.of("accuracy/a", 3).every(EVERY_UPDATE)));
    assertThatThrownBy(training::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("needs the metric 'accuracy/a', which was not written");
  }

  @Test
  void checkpointsOfAMomentWithAToleratedFailureAreSavedAndResumeCounts() {
    engine.failAt("a", 2, 3);
    TrainingLoop training =
        training(
            2,
            scripted("a", OnFailure.warn(), 1, 2),
            new CheckpointCallback(CheckpointCallback.Config.defaults().every(EVERY_UPDATE)));
    training.run();
    assertThat(checkpoints(training).latest()).contains("E0_U2_S32");
    assertThat(checkpoints(training).load("E0_U2_S32").isResumable()).isTrue();
    TrainingLoop resumed =
        loop("run", 3, scripted("a", OnFailure.warn(), 1, 2, 3)).resume("run", "E0_U2_S32").build();
    resumed.run();
    assertThat(records(resumed))
        .endsWith("E0_U2_S32 {failed_evaluations/a=1.0}", "E0_U3_S48 {failed_evaluations/a=2.0}");
  }

  @Test
  void ofASharedPassEachFailureMeetsThePolicyOfItsCallback() {
    Bad warned = new Bad("warned", OnFailure.warn());
    TrainingLoop training =
        training(
            1, warned, scripted("good", OnFailure.fail(), 1), new Bad("too", OnFailure.warn()));
    training.run();
    assertThat(engine.asked)
        .containsExactly(
            "[warned, good, too] at E0_U1_S16",
            "warned at E0_U1_S16",
            "good at E0_U1_S16",
            "too at E0_U1_S16");
    assertThat(records(training))
        .containsExactly(
            "E0_U1_S16 {failed_evaluations/too=1.0, failed_evaluations/warned=1.0, score/good=1.0}");
    TrainingLoop failing = loop("failing", 1, warned, new Bad("strict", OnFailure.fail())).build();
    assertThatThrownBy(failing::run)
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'strict' at E0_U1_S16 on dataset 'test' failed")
        .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
    assertThat(records(failing)).containsExactly("E0_U1_S16 {failed_evaluations/warned=1.0}");
  }

  @Test
  void whatProcessResultsThrowsIsAFailureOfTheCallbackAndNotOfTheEvaluation() {
    TrainingLoop training = training(1, scripted("a", OnFailure.retry(3).thenWarn()));
    assertThatThrownBy(training::run)
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("0");
    assertThat(engine.asked).hasSize(1);
  }

  @Test
  void aMistakeIsNeverToleratedOrRepeated() {
    engine.thrown = () -> new IllegalArgumentException("needs a SparkDataset");
    engine.failAt("a", 1);
    TrainingLoop training = training(1, scripted("a", OnFailure.retry(3).thenWarn(), 1));
    assertThatThrownBy(training::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("needs a SparkDataset");
    assertThat(engine.asked).hasSize(1);
  }

  @Test
  void anErrorOfAnEvaluationIsToleratedAndOtherwiseThrownAsItIs() {
    engine.thrown = () -> new OutOfMemoryError("Java heap space");
    engine.failAt("a", 1);
    engine.failAt("b", 1);
    TrainingLoop warning = training(1, scripted("a", OnFailure.warn(), 1));
    List<String> lines = LogLines.of(warning::run);
    assertThat(String.join("\n", lines)).contains("OutOfMemoryError: Java heap space");
    assertThat(records(warning)).containsExactly("E0_U1_S16 {failed_evaluations/a=1.0}");
    TrainingLoop failing = loop("failing", 1, scripted("b", OnFailure.fail(), 1)).build();
    assertThatThrownBy(failing::run).isInstanceOf(OutOfMemoryError.class);
    engine.failAt("a", 1);
    engine.thrown = () -> new InternalError("broken");
    TrainingLoop broken = loop("broken", 1, scripted("a", OnFailure.warn(), 1)).build();
    assertThatThrownBy(broken::run)
        .as("no error of an evaluation")
        .isInstanceOf(InternalError.class);
  }

  @Test
  void anInterruptedTrainingEnds() {
    engine.thrown =
        () -> {
          Thread.currentThread().interrupt();
          return new EvaluationException("the evaluation was interrupted");
        };
    engine.failAt("a", 1);
    TrainingLoop training = training(2, scripted("a", OnFailure.retry(3).thenWarn(), 1, 2));
    assertThatThrownBy(training::run).hasMessage("the evaluation was interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(engine.asked).hasSize(1);
  }

  @Test
  void outsideATrainingTheFailureIsThrown() {
    engine.failures.put("a at E0_U0_S0", 9);
    TrainingLoop training = training(1, scripted("a", OnFailure.retry(1).thenWarn(), 1));
    assertThatThrownBy(training::evaluate)
        .isInstanceOf(EvaluationException.class)
        .hasMessage("no luck");
    assertThat(engine.asked).hasSize(2);
  }

  private TrainingLoop training(int updates, Callback... callbacks) {
    return loop("run", updates, callbacks).build();
  }

  private TrainingLoopBuilder loop(String runId, int updates, Callback... callbacks) {
    TrainingLoopBuilder loop =
        loop()
            .runId(runId)
            .engine(engine)
            .metricProperties(MetricProperties.defaults().higherIsBetter("score/*"))
            .length(TrainingLength.updates(updates));
    List.of(callbacks).forEach(loop::callback);
    return loop;
  }

  private static Scripted scripted(String name, OnFailure policy, double... scores) {
    return new Scripted(name, policy, scores);
  }

  private static List<String> records(TrainingLoop training) {
    return Trainings.records(training).stream()
        .map(record -> record.iteration() + " " + new TreeMap<>(record.metrics()))
        .toList();
  }

  /** Evaluates locally, and fails as often as a test wants. */
  private static final class Flaky implements EvaluationEngine {
    private final EvaluationEngine local = new LocalEvaluationEngine();
    private final List<String> asked = new ArrayList<>();
    private final List<String> manifests = new ArrayList<>();
    private final Map<String, Integer> failures = new TreeMap<>();
    private Supplier<Throwable> thrown = () -> new EvaluationException("no luck");

    void failAt(String callback, int... updates) {
      for (int update : updates) {
        failures.put("%s at E0_U%s_S%s".formatted(callback, update, 16 * update), 1);
      }
    }

    @Override
    public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay display) {
      String what = request.tag().callback() + " at " + request.tag().iteration();
      asked.add(what);
      manifests.add(request.weights().manifest().hash());
      if (failures.merge(what, -1, Integer::sum) >= 0) {
        Flaky.<RuntimeException>raise(thrown.get());
      }
      return local.evaluate(request, display);
    }

    @Override
    public List<EvaluationResults> evaluateTogether(
        List<EvaluationRequest> requests, ProgressDisplay display) {
      asked.add(
          requests.stream().map(request -> request.tag().callback()).toList()
              + " at "
              + requests.get(0).tag().iteration());
      return local.evaluateTogether(requests, display);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable thrown) throws T {
      throw (T) thrown;
    }
  }

  /** Writes {@code score/<name>}: the next of these scores for each of its moments. */
  private static final class Scripted extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final double[] scores;

    Scripted(String name, OnFailure policy, double... scores) {
      super(name, everyUpdate(policy));
      this.scores = scores;
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("outputs", model.forward(batch.get("x")));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      writer().addScalar("score/" + name(), scores[(int) at.iteration().update() - 1]);
    }
  }

  private static final class Bad extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;

    Bad(String name, OnFailure policy) {
      super(name, everyUpdate(policy));
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      throw new IllegalStateException("no luck with data");
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      throw new AssertionError("there are no results");
    }
  }

  /** A reader that keeps to no schedule. */
  private static final class Reading extends Callback {
    private static final long serialVersionUID = 1;

    Reading(String name) {
      super(name);
    }

    @Override
    public Set<String> readsMetrics() {
      return Set.of("score/a");
    }

    @Override
    public Set<String> writesMetrics() {
      return Set.of("read");
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      writer().addScalar("read", context().metrics().get("score/a", name()));
    }
  }

  private static DataIteratorConfig everyUpdate(OnFailure policy) {
    return every(EVERY_UPDATE).policy(EvaluationPolicy.exact().onFailure(policy));
  }
}
