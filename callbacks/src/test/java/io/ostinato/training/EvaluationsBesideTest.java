package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.ndarray.NDList;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.OnFailure;
import io.ostinato.evaluation.TestNets;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.model.EvaluationModel;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.monitor.ProgressBarCallback;
import io.ostinato.monitor.TrainTimeCallback;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.quality.BestMetricCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.stopping.MetricEarlyStopper;
import io.ostinato.storage.Checkpoint;
import io.ostinato.tracking.RunSummary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EvaluationsBesideTest extends BesideFixture {

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 7", "2, 1", "2, 7", "4, 1", "4, 7"})
  void aRunDependsOnNothingButItsSettings(int inFlight, int updates) {
    for (int seed = 0; seed < 2; seed++) {
      Evaluations beside = Evaluations.beside().inFlight(inFlight).join(Join.updates(updates));
      List<String> one = traces("one" + seed, beside, seed, 1);
      List<String> other = traces("other" + seed, beside, seed, 2);
      assertThat(other).isEqualTo(one);
      assertThat(one)
          .anyMatch(line -> line.contains("accuracy/test.ema=0.9") || line.contains("mean"));
    }
  }

  @Test
  void withoutAnyUpdatesBetweenItIsTheSameAsInline() {
    List<String> inline = traces("inline", Evaluations.inline(), 3, 1);
    assertThat(traces("beside", Evaluations.beside().join(Join.updates(0)), 3, 2))
        .isEqualTo(inline);
  }

  @Test
  void joiningBeforeTheNextMomentIsTheSameWhateverTheTiming() {
    List<String> one = traces("one", Evaluations.beside(), 3, 1);
    assertThat(traces("other", Evaluations.beside(), 3, 2)).isEqualTo(one);
    assertThat(one).hasSizeGreaterThan(30);
  }

  /** Early stopping, best checkpoints, averages and resuming with results out of order. */
  @Test
  void resultsThatComeOutOfOrderChangeNothing() {
    Evaluations beside = Evaluations.beside().join(Join.updates(7));
    List<String> expected = traces(swapped("expected", beside, closedLater(new Dawdling(1))));
    Swapping engine = closedLater(new Swapping(24));
    assertThat(traces(swapped("swapped", beside, engine))).isEqualTo(expected);
    assertThat(engine.swapped()).isGreaterThan(6);
    TrainingLoopBuilder first =
        swappedBuilder("parts", beside, closedLater(new Swapping(24)))
            .callback(
                new AtUpdates(
                    Map.of(
                        13L,
                        () -> {
                          throw new IllegalStateException("the machine is gone");
                        })));
    assertThatThrownBy(() -> first.build().run()).hasMessage("the machine is gone");
    TrainingLoop rest =
        swappedBuilder("parts", beside, closedLater(new Swapping(24)))
            .resume("parts", "E1_U13_S208.error")
            .build();
    rest.run();
    assertThat(metrics(rest)).isEqualTo(expected.subList(0, metrics(rest).size()));
  }

  private TrainingLoop swapped(String runId, Evaluations evaluations, EvaluationEngine engine) {
    return swappedBuilder(runId, evaluations, engine).build();
  }

  private TrainingLoopBuilder swappedBuilder(
      String runId, Evaluations evaluations, EvaluationEngine engine) {
    TrainingLoopBuilder builder =
        loop(runId, evaluations, 0).engine(engine).length(TrainingLength.updates(24));
    callbacks().forEach(builder::callback);
    return builder.callback(
        new MetricEarlyStopper(
            MetricEarlyStopper.Config.of("accuracy/test", 5).every(Schedule.everyNUpdates(3))));
  }

  @Test
  void callbacksThatAreDueTogetherShareAPassBesideTrainingToo() {
    List<Integer> passes = Collections.synchronizedList(new ArrayList<>());
    EvaluationEngine counting =
        new EvaluationEngine() {
          private final LocalEvaluationEngine engine = closedLater(new LocalEvaluationEngine());

          @Override
          public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress) {
            passes.add(1);
            return engine.evaluate(request, progress);
          }

          @Override
          public List<EvaluationResults> evaluateTogether(
              List<EvaluationRequest> requests, ProgressDisplay progress) {
            passes.add(requests.size());
            return engine.evaluateTogether(requests, progress);
          }
        };
    DataIteratorConfig config = DataIteratorConfig.every(Schedule.everyNUpdates(2));
    loop("run", Evaluations.beside(), 0)
        .engine(counting)
        .length(TrainingLength.updates(4))
        .callback(new Trainings.Accuracy(config))
        .callback(new Seeing(config, new ArrayList<>()))
        .callback(new Trainings.Accuracy(config.batchSize(8).named("other")))
        .build()
        .run();
    assertThat(passes).containsExactly(2, 1, 2, 1);
  }

  @Test
  void waitingIsAMetricAndSoIsTheLag() {
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(1)), 7)
            .callback(new TrainTimeCallback(TrainTimeCallback.Config.defaults()))
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .build();
    RunSummary summary = training.run().summary();
    assertThat(summary.last())
        .hasEntrySatisfying(
            "train_time/evaluation_wait/max/E1", wait -> assertThat(wait.value()).isPositive())
        .hasEntrySatisfying("evaluation_lag", lag -> assertThat(lag.value()).isZero());
    assertThat(summary.best()).doesNotContainKeys("evaluation_lag");
    assertThat(training.files().text("summary.json"))
        .contains("\"train_time/evaluation_wait/mean/E1\"", "\"evaluation_lag\"");
  }

  @Test
  void theProgressBarShowsWhatIsUnderWay() {
    List<String> messages = new ArrayList<>();
    ProgressDisplay display =
        (label, total, unit) ->
            new Progress() {
              @Override
              public void update(long done, String message) {
                messages.add(message);
              }

              @Override
              public void close() {}
            };
    loop("run", Evaluations.beside().join(Join.updates(3)), 0)
        .progress(display)
        .length(TrainingLength.updates(6))
        .callback(new ProgressBarCallback(ProgressBarCallback.Config.defaults()))
        .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
        .build()
        .run();
    assertThat(messages.get(0)).isEqualTo("E0_U1_S16");
    assertThat(messages.get(2)).matches("E0_U3_S48  1 moment evaluating, [0-9]+ rows");
    assertThat(messages.get(5))
        .matches("E0_U6_S96  1 moment evaluating, [0-9]+ rows; last result 3 updates old");
  }

  @Test
  void aCheckpointToResumeFromCantBeRequestedWhenItsMomentIsPast() {
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(3)), 0)
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .callback(
                new CheckpointCallback(
                    CheckpointCallback.Config.defaults().every(Schedule.everyNUpdates(2))))
            .callback(new SavingLater(Schedule.everyNUpdates(2)))
            .build();
    assertThatThrownBy(training::run)
        .hasMessageContaining("a callback failed at E0_U2_S32")
        .hasMessageContaining(
            "callback 'saving_later' requests a checkpoint to resume from at a moment that is past;"
                + " save the weights instead, or use evaluations.mode=inline");
  }

  private static final class SavingLater extends PeriodicCallback {
    private static final long serialVersionUID = 1;

    SavingLater(Schedule schedule) {
      super("saving_later", schedule);
    }

    @Override
    public Set<String> readsMetrics() {
      return Set.of("accuracy/test");
    }

    @Override
    protected void periodicCallback(Invocation at) {
      context().checkpointsFor(name()).saveTraining("mine");
    }
  }

  /** The files of one are not those of the other, although both wait to be completed. */
  @Test
  void twoMomentsUnderWayCanSaveUnderOneTag() {
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(5)), 0)
            .length(TrainingLength.updates(8))
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .callback(new SavingAs("last"))
            .build();
    TrainingResult result = training.run();
    Checkpoint last = checkpoints(training).load("last");
    assertThat(last.iteration()).isEqualTo(result.end());
    assertThat(last.weights().manifest()).isEqualTo(result.weights().manifest());
    assertThat(last.optimizer()).isNotEmpty();
  }

  private static final class SavingAs extends Callback {
    private static final long serialVersionUID = 1;
    private final String tag;

    SavingAs(String tag) {
      this.tag = tag;
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      context().checkpointsFor(name()).saveTraining(tag);
    }
  }

  @ParameterizedTest
  @MethodSource("joins")
  void whereNothingChangesTheTrainingItLeavesWhatAnInlineOneDoes(Join join) {
    List<String> inline = traces(measured("inline", Evaluations.inline()));
    List<String> beside = traces(measured("beside", Evaluations.beside().join(join)));
    assertThat(withoutLag(beside)).isEqualTo(inline);
    assertThat(beside).anyMatch(line -> line.contains("best_model.accuracy.test"));
  }

  static Stream<Arguments> joins() {
    return Stream.of(Join.next(), Join.updates(1), Join.updates(7), Join.asReady())
        .map(Arguments::of);
  }

  /** Without the callback that changes the learning rate. */
  private TrainingLoop measured(String runId, Evaluations evaluations) {
    TrainingLoopBuilder builder = loop(runId, evaluations, 5);
    callbacks().stream()
        .filter(callback -> !(callback instanceof SlowsDown))
        .forEach(builder::callback);
    return builder.build();
  }

  private static List<String> withoutLag(List<String> traces) {
    return traces.stream()
        .map(line -> line.replaceAll("evaluation_lag=[0-9.]+, |(, )?evaluation_lag=[0-9.]+", ""))
        .toList();
  }

  @Test
  void momentsAreCompletedInTheirOrderAlthoughTheirResultsAreNot() {
    Gated engine = closedLater(new Gated());
    List<String> seen = new ArrayList<>();
    TrainingLoop training =
        loop("run", Evaluations.beside().inFlight(4).join(Join.asReady()), 0)
            .engine(engine)
            .length(TrainingLength.updates(8))
            .callback(new Seeing(DataIteratorConfig.every(Schedule.everyNUpdates(2)), seen))
            .callback(
                new LearningRateCallback(
                    new LearningRateCallback.Config(Schedule.everyNUpdates(1))))
            .callback(
                new AtUpdates(
                    Map.of(
                        5L,
                            () -> {
                              engine.let(4);
                              engine.awaitEnded(4);
                              assertThat(seen)
                                  .as("the second is ready, the first is not")
                                  .isEmpty();
                              engine.let(2);
                              engine.awaitEnded(2);
                              awaitGone("evaluations of E0_U2_S32");
                              awaitGone("evaluations of E0_U4_S64");
                            },
                        6L,
                            () -> {
                              assertThat(seen).containsExactly("E0_U2_S32", "E0_U4_S64");
                              engine.let(6);
                              engine.let(8);
                            })))
            .build();
    training.run();
    assertThat(engine.ended()).startsWith(4L, 2L);
    assertThat(seen).containsExactly("E0_U2_S32", "E0_U4_S64", "E0_U6_S96", "E0_U8_S128");
    assertThat(Trainings.records(training))
        .extracting(record -> record.iteration().update())
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
  }

  @Test
  void callbacksSeeTheMomentThatWasMeasured() {
    List<String> inline = new ArrayList<>();
    List<String> beside = new ArrayList<>();
    for (var each :
        Map.of(Evaluations.inline(), inline, Evaluations.beside().join(Join.updates(3)), beside)
            .entrySet()) {
      DataIteratorConfig config = DataIteratorConfig.every(Schedule.everyNUpdates(2));
      loop("run" + each.getKey().mode(), each.getKey(), 0)
          .optimizer(
              Optimizer.sgd()
                  .setLearningRateTracker(
                      Tracker.factor()
                          .setBaseValue(0.5f)
                          .setFactor(0.9f)
                          .optMaxUpdates(100)
                          .build())
                  .build())
          .callback(new Trainings.Accuracy(config))
          .callback(new Reading(Schedule.everyNUpdates(2), each.getValue()))
          .callback(new EmaCallback(new EmaCallback.Config(List.of(0.9))))
          .build()
          .run();
    }
    assertThat(beside).hasSize(15).isEqualTo(inline);
  }

  @Test
  void aFailureIsThrownWhenItsMomentIsCompletedAndTheOthersRun() {
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(3)), 0)
            .engine(closedLater(new Failing()))
            .callback(
                new Seeing(DataIteratorConfig.every(Schedule.everyNUpdates(2)), new ArrayList<>()))
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .build();
    assertThatThrownBy(training::run)
        .hasMessageContaining("callback 'seeing' at E0_U4_S64 on dataset 'test'")
        .hasMessageContaining("this moment is bad");
    assertThat(Trainings.records(training))
        .extracting(
            record ->
                record.iteration().update() + " " + record.metrics().containsKey("accuracy/test"))
        .as("the moment itself, and the one that was under way")
        .containsExactly("2 true", "4 true", "6 true");
    assertThat(checkpoints(training).tags()).containsExactly("E0_U7_S112.error");
  }

  @Test
  void whatProcessResultsThrowsNamesTheMomentThatWasMeasured() {
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(3)), 0)
            .callback(new Throwing(DataIteratorConfig.every(Schedule.everyNUpdates(2)), 4))
            .build();
    assertThatThrownBy(training::run)
        .hasMessageContaining("E0_U4_S64")
        .hasStackTraceContaining("these results are bad");
  }

  @Test
  void aFailureThatIsToleratedIsCountedAtItsMoment() {
    DataIteratorConfig config =
        DataIteratorConfig.every(Schedule.everyNUpdates(2))
            .policy(EvaluationPolicy.exact().onFailure(OnFailure.warn()));
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(3)), 0)
            .engine(closedLater(new Failing()))
            .callback(new Seeing(config, new ArrayList<>()))
            .build();
    training.run();
    assertThat(metrics(training))
        .anyMatch(
            line -> line.startsWith("E0_U4_S64") && line.contains("failed_evaluations/seeing=1.0"));
  }

  @Test
  void momentsAreSkippedWhileOthersAreUnderWay() {
    Gated engine = closedLater(new Gated());
    TrainingLoop training =
        full(
            engine,
            Evaluations.WhenFull.SKIP,
            Map.of(
                7L,
                () -> {
                  engine.let(2);
                  awaitGone("evaluations of E0_U2_S32");
                  engine.let(8);
                }));
    TrainingResult result = training.run();
    assertThat(evaluated(training)).containsExactly(2L, 8L);
    assertThat(result.summary().skippedEvaluations()).isEqualTo(Map.of("accuracy", 2L));
    assertThat(metrics(training))
        .contains(
            "E0_U4_S64 {skipped_evaluations/accuracy=1.0}",
            "E0_U6_S96 {skipped_evaluations/accuracy=2.0}");
  }

  @Test
  void aNewerMomentTakesThePlaceOfOneThatHasNotBegun() {
    Gated engine = closedLater(new Gated());
    TrainingLoop training =
        full(
            engine,
            Evaluations.WhenFull.REPLACE,
            Map.of(
                8L,
                () -> {
                  engine.let(2);
                  engine.awaitBegun(6);
                  engine.let(6);
                  engine.let(8);
                }));
    TrainingResult result = training.run();
    assertThat(evaluated(training)).containsExactly(2L, 6L, 8L);
    assertThat(engine.begun()).doesNotContain(4L);
    assertThat(result.summary().skippedEvaluations()).isEqualTo(Map.of("accuracy", 1L));
  }

  private static void awaitGone(String thread) {
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(each -> each.getName().equals(thread))) {
      Thread.onSpinWait();
    }
  }

  /** Updates 2, 4, 6 and 8 are due; the one at 2 is under way until something is done. */
  private TrainingLoop full(Gated engine, Evaluations.WhenFull whenFull, Map<Long, Runnable> work) {
    Schedule often = Schedule.everyNUpdates(2);
    Map<Long, Runnable> all = new HashMap<>(work);
    all.put(3L, () -> engine.awaitBegun(2));
    return loop("run", Evaluations.beside().inFlight(1).join(Join.asReady()).whenFull(whenFull), 0)
        .engine(engine)
        .length(TrainingLength.updates(8))
        .callback(new AtUpdates(all))
        .callback(new Trainings.Accuracy(DataIteratorConfig.every(often)))
        .callback(
            new BestMetricCallback(
                BestMetricCallback.Config.of("accuracy/test", "accuracy/test").every(often)))
        .build();
  }

  private static List<Long> evaluated(TrainingLoop training) {
    return Trainings.records(training).stream()
        .filter(record -> record.metrics().containsKey("accuracy/test"))
        .map(record -> record.iteration().update())
        .toList();
  }

  @Test
  void anEarlyStopKeepsTheWeightsOrGoesBackToThoseThatWereMeasured() {
    TrainingResult inline = stopping("inline", Evaluations.inline()).run();
    assertThat(inline.end()).hasToString("E1_U12_S192");
    Evaluations beside = Evaluations.beside().join(Join.updates(7));
    TrainingLoop keeping = stopping("keep", beside);
    TrainingResult kept = keeping.run();
    assertThat(kept.end()).hasToString("E1_U19_S304");
    assertThat(kept.endedBy()).isEqualTo(EndedBy.CALLBACK);
    assertThat(kept.reason()).isEqualTo(inline.reason());
    TrainingLoop rewinding = stopping("rewind", beside.onStop(Evaluations.OnStop.REWIND));
    TrainingResult rewound = rewinding.run();
    TrainingLoop expected = stopping("inline2", Evaluations.inline());
    assertThat(withoutLag(traces(rewinding, rewound))).isEqualTo(traces(expected, expected.run()));
    Checkpoint last = checkpoints(rewinding).load("E1_U12_S192");
    Checkpoint lastInline = checkpoints(expected).load("E1_U12_S192");
    assertThat(last.optimizer()).isEqualTo(lastInline.optimizer());
    assertThat(last.states()).isEqualTo(lastInline.states());
  }

  private TrainingLoop stopping(String runId, Evaluations evaluations) {
    Schedule often = Schedule.everyNUpdates(3);
    return loop(runId, evaluations, 4)
        .callback(new AlwaysOne(DataIteratorConfig.every(often)))
        .callback(new EmaCallback(new EmaCallback.Config(List.of(0.9))))
        .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
        .callback(
            new MetricEarlyStopper(MetricEarlyStopper.Config.of("accuracy/test", 3).every(often)))
        .build();
  }

  @Test
  void aCallbackCanAskForItsEvaluationsInline() {
    Gated engine = closedLater(new Gated());
    List<String> seen = new ArrayList<>();
    engine.let(3);
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(3)), 0)
            .engine(engine)
            .length(TrainingLength.updates(5))
            .callback(
                new Seeing(DataIteratorConfig.every(Schedule.everyNUpdates(3)).inline(), seen))
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .callback(
                new AtUpdates(
                    Map.of(
                        3L,
                        () -> {
                          assertThat(seen).containsExactly("E0_U3_S48");
                          assertThat(engine.ended()).containsExactly(3L);
                          engine.let(2);
                          engine.let(4);
                        })))
            .build();
    training.run();
    assertThat(evaluated(training)).containsExactly(2L, 4L);
  }

  @Test
  void anInterruptedTrainingCancelsWhatIsUnderWay() throws Exception {
    Gated engine = closedLater(new Gated());
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(3)), 0)
            .engine(engine)
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .build();
    assertThat(interrupted(training, engine, 4))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("training was interrupted while it waited for the evaluations of E0_U2_S32");
    awaitGone("evaluations of E0_U2_S32");
    awaitGone("evaluations of E0_U4_S64");
    assertThat(engine.interrupted()).containsExactlyInAnyOrder(2L, 4L);
  }

  @Test
  void evaluationsOutsideATrainingAreAlwaysInline() {
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(3)), 0)
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .build();
    training.evaluate();
    assertThat(Trainings.records(training))
        .singleElement()
        .satisfies(record -> assertThat(record.metrics()).containsOnlyKeys("accuracy/test"));
  }

  @Test
  void settingsThatMeanNothingAreRefused() {
    TrainingLoopBuilder skipping =
        loop(
            "run",
            Evaluations.beside().join(Join.updates(3)).whenFull(Evaluations.WhenFull.SKIP),
            0);
    assertThatThrownBy(skipping::build)
        .hasMessageContaining("when_full=skip has no effect without in_flight")
        .hasMessageContaining("set in_flight, or remove when_full");
    assertThatThrownBy(() -> Evaluations.beside().inFlight(0))
        .hasMessage("in_flight=0 must be at least 1");
    assertThatThrownBy(() -> Join.updates(-1)).hasMessage("updates=-1 must be at least 0");
    TrainingLoopBuilder collecting =
        loop("run", Evaluations.beside(), 0).callback(new Collecting());
    assertThatThrownBy(collecting::build)
        .hasMessageContaining("callback 'collecting' reads metrics when training has gone on")
        .hasMessageContaining("use evaluations.mode=inline, or divide it into two callbacks");
  }

  private static final class Collecting extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public Set<String> readsMetrics() {
      return Set.of("accuracy/test");
    }

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {}
  }

  /** The moment at 2 ends during the update that leads to the one at 4. */
  @ParameterizedTest
  @MethodSource("replacing")
  void aMomentThatTakesAPlaceBeginsEvenIfNothingRunsAnyMore(Evaluations evaluations) {
    Gated engine = closedLater(new Gated());
    TrainingLoop training =
        loop("run", evaluations.inFlight(1).whenFull(Evaluations.WhenFull.REPLACE), 0)
            .engine(engine)
            .length(TrainingLength.updates(4))
            .callback(
                new AtUpdates(
                    Map.of(
                        4L,
                        () -> {
                          engine.let(2);
                          awaitGone("evaluations of E0_U2_S32");
                          engine.let(4);
                        })))
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .build();
    training.run();
    assertThat(evaluated(training)).containsExactly(2L, 4L);
  }

  static Stream<Arguments> replacing() {
    return Stream.of(Join.next(), Join.asReady())
        .map(join -> Arguments.of(Evaluations.beside().join(join)));
  }

  @Test
  void withNextAndSkipTrainingDoesNotWait() {
    Gated engine = closedLater(new Gated());
    TrainingLoop training =
        loop("run", Evaluations.beside().whenFull(Evaluations.WhenFull.SKIP), 0)
            .engine(engine)
            .length(TrainingLength.updates(8))
            .callback(
                new AtUpdates(
                    Map.of(
                        6L,
                        () -> {
                          engine.let(2);
                          awaitGone("evaluations of E0_U2_S32");
                          engine.let(6);
                        },
                        7L,
                        () -> {
                          awaitGone("evaluations of E0_U6_S96");
                          engine.let(8);
                        })))
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .build();
    assertThat(training.run().summary().skippedEvaluations()).isEqualTo(Map.of("accuracy", 1L));
    assertThat(evaluated(training)).containsExactly(2L, 6L, 8L);
  }

  /** Patience ends with the moment at 8, for which training waits before the one at 12. */
  @Test
  void whoeverWaitsForAPlaceAndGoesBackDoesNothingTwice() {
    List<String> updates = new ArrayList<>();
    Schedule often = Schedule.everyNUpdates(2);
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.asReady()).onStop(Evaluations.OnStop.REWIND), 3)
            .callback(new AlwaysOne(DataIteratorConfig.every(often)))
            .callback(new Noting(updates))
            .callback(
                new MetricEarlyStopper(
                    MetricEarlyStopper.Config.of("accuracy/test", 3).every(often)))
            .build();
    TrainingResult result = training.run();
    assertThat(result.end()).hasToString("E0_U8_S128");
    assertThat(updates).doesNotHaveDuplicates();
    assertThat(evaluated(training)).containsExactly(2L, 4L, 6L, 8L);
  }

  private static final class Noting extends Callback {
    private static final long serialVersionUID = 1;
    private final transient List<String> updates;

    Noting(List<String> updates) {
      this.updates = updates;
    }

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {
      updates.add(at.current().toString());
    }
  }

  /** In the drain after a failure; nothing of it may be lost, although its time has come. */
  @Test
  void whatIsChangedAfterAFailureIsInItsCheckpoint() {
    Gated engine = closedLater(new Gated());
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.asReady()), 0)
            .engine(engine)
            .callback(new AlwaysOne(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .callback(new Halving(Schedule.everyNUpdates(2)))
            .callback(
                new AtUpdates(
                    Map.of(
                        3L,
                        () -> {
                          engine.let(2);
                          throw new IllegalStateException("the machine is gone");
                        })))
            .build();
    assertThatThrownBy(training::run).hasMessage("the machine is gone");
    List<Double> rates = new ArrayList<>();
    TrainingLoop rest =
        loop("run", Evaluations.beside().join(Join.asReady()), 0)
            .resume("run", "E0_U3_S48.error")
            .length(TrainingLength.updates(4))
            .callback(new AlwaysOne(DataIteratorConfig.every(Schedule.everyNUpdates(8))))
            .callback(new Halving(Schedule.everyNUpdates(8)))
            .callback(new Rates(rates))
            .build();
    rest.run();
    assertThat(rates).containsExactly(0.0005f * 1.0);
  }

  private static final class Halving extends PeriodicCallback {
    private static final long serialVersionUID = 1;

    Halving(Schedule schedule) {
      super("halving", schedule);
    }

    @Override
    public Set<String> readsMetrics() {
      return Set.of("accuracy/test");
    }

    @Override
    protected void periodicCallback(Invocation at) {
      context().learningRate().multiply(0.5);
    }
  }

  private static final class Rates extends Callback {
    private static final long serialVersionUID = 1;
    private final transient List<Double> rates;

    Rates(List<Double> rates) {
      this.rates = rates;
    }

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {
      rates.addAll(context().learningRates().values());
    }
  }

  @Test
  void aCallbackThatCollectsAndReadsIsRefusedAlsoIfItEvaluates() {
    TrainingLoopBuilder builder =
        loop("run", Evaluations.beside(), 0)
            .callback(new CollectingToo(DataIteratorConfig.every(Schedule.everyNUpdates(2))));
    assertThatThrownBy(builder::build)
        .hasMessageContaining("callback 'collecting_too' reads metrics when training has gone on");
  }

  /** Evaluates, reads metrics and collects, without setting anything aside. */
  private static final class CollectingToo extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;

    CollectingToo(DataIteratorConfig config) {
      super(config);
    }

    @Override
    public Set<String> readsMetrics() {
      return Set.of("accuracy/test");
    }

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {}

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("x", batch.get("x"));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {}
  }

  @Test
  void ofACancelledMomentNoFurtherEvaluationBegins() throws Exception {
    Gated engine = closedLater(new Gated());
    List<String> begun = Collections.synchronizedList(new ArrayList<>());
    EvaluationEngine noting =
        (request, progress) -> {
          begun.add(request.tag().callback() + " " + request.tag().iteration().update());
          return engine.evaluate(request, progress);
        };
    DataIteratorConfig config =
        DataIteratorConfig.every(Schedule.everyNUpdates(2))
            .policy(EvaluationPolicy.exact().onFailure(OnFailure.retry(3)));
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(1)), 0)
            .engine(noting)
            .callback(new Trainings.Accuracy(config))
            .callback(new Seeing(config.batchSize(8), new ArrayList<>()))
            .build();
    assertThat(interrupted(training, engine, 2))
        .hasMessageContaining("training was interrupted while it waited");
    assertThat(begun).containsExactly("accuracy 2");
    assertThat(checkpoints(training).tags()).as("it would lack what was cancelled").isEmpty();
  }

  /** As inline, the difference is that to the mean of all updates since the last record. */
  @Test
  void theMeanOfTheLossGoesOnIfAnEvaluationHasFailed() {
    List<List<String>> metrics = new ArrayList<>();
    for (Evaluations evaluations :
        List.of(Evaluations.inline(), Evaluations.beside().join(Join.updates(3)))) {
      TrainingLoop training =
          loop("run" + evaluations.mode(), evaluations, 0)
              .engine(closedLater(new Failing()))
              .callback(
                  new OfflineLossCallback(
                      OfflineLossCallback.Config.of(
                          DataIteratorConfig.every(Schedule.everyNUpdates(2))
                              .policy(EvaluationPolicy.exact().onFailure(OnFailure.warn())))))
              .build();
      training.run();
      metrics.add(withoutLag(metrics(training)));
    }
    assertThat(metrics.get(0)).anyMatch(line -> line.contains("failed_evaluations/"));
    assertThat(withoutLag(metrics.get(1))).isEqualTo(metrics.get(0));
  }

  /** Whatever an engine throws, training doesn't wait for ever. */
  @Test
  void anUndeclaredCheckedExceptionOfAnEngineIsAFailure() {
    EvaluationEngine engine =
        (request, progress) -> {
          throw sneaky(new IOException("the network is gone"));
        };
    TrainingLoop training =
        loop("run", Evaluations.beside(), 0)
            .engine(engine)
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(Schedule.everyNUpdates(2))))
            .build();
    assertThatThrownBy(training::run)
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'accuracy' at E0_U2_S32 on dataset 'test' failed")
        .hasMessageContaining("the network is gone");
  }

  @SuppressWarnings("unchecked") // that is the point
  private static <E extends Exception> RuntimeException sneaky(Exception e) throws E {
    throw (E) e;
  }

  @Test
  void afterAFailureNoLaterCheckpointToResumeFromIsMade() {
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(5)), 0)
            .engine(closedLater(new Failing()))
            .callback(
                new Seeing(DataIteratorConfig.every(Schedule.everyNUpdates(2)), new ArrayList<>()))
            .callback(
                new CheckpointCallback(
                    CheckpointCallback.Config.defaults()
                        .every(Schedule.everyNUpdates(1))
                        .keep(CheckpointCallback.Keep.ALL)))
            .build();
    assertThatThrownBy(training::run).hasMessageContaining("this moment is bad");
    assertThat(checkpoints(training).latest()).contains("E0_U3_S48");
    assertThat(checkpoints(training).tags())
        .containsExactly("E0_U1_S16", "E0_U2_S32", "E0_U3_S48", "E0_U9_S144.error");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryStaysFlatOverManyEvaluations() {
    // Each update changes 2 MiB of weights, which are copied twice: what leaks adds up.
    List<Long> residents = new ArrayList<>();
    List<Long> direct = new ArrayList<>();
    Map<Long, Runnable> looks = new HashMap<>();
    for (long update = 40; update <= 200; update += 16) {
      looks.put(
          update,
          () -> {
            System.gc();
            residents.add(Memory.residentKibibytes());
            direct.add(Memory.directKibibytes());
          });
    }
    TrainingLoop training =
        loop("run", Evaluations.beside().join(Join.updates(2)), 0)
            .model(TestNets::wide, TestNets.FEATURES)
            .length(TrainingLength.updates(200))
            .callback(
                new Seeing(DataIteratorConfig.every(Schedule.everyNUpdates(1)), new ArrayList<>()))
            .callback(new AtUpdates(looks))
            .build();
    training.run();
    assertThat(median(residents.subList(6, 11)) - median(residents.subList(0, 5)))
        .as("growth of the resident set, in KiB: %s", residents)
        .isLessThan(60_000);
    assertThat(Collections.max(direct.subList(6, 11)))
        .as("memory outside the heap, in KiB: %s", direct)
        .isLessThan(Collections.max(direct.subList(0, 5)) + 60_000);
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /** The memory of this process. */
  private static final class Memory {
    private Memory() {}

    static long residentKibibytes() {
      try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
        String resident = lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
        return Long.parseLong(resident.replaceAll("\\D", ""))
            - Runtime.getRuntime().totalMemory() / 1024;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    static long directKibibytes() {
      return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
          .filter(pool -> pool.getName().equals("direct"))
          .mapToLong(pool -> pool.getMemoryUsed() / 1024)
          .sum();
    }
  }

  /** Interrupts a training that waits once a moment's evaluations have begun; how it ends. */
  private static Throwable interrupted(TrainingLoop training, Gated engine, long update)
      throws Exception {
    FutureTask<Throwable> failure = new FutureTask<>(() -> catchThrowable(training::run));
    Thread thread = new Thread(failure);
    thread.start();
    engine.awaitBegun(update);
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    thread.interrupt();
    return failure.get();
  }

  private List<String> traces(TrainingLoop training) {
    return traces(training, training.run());
  }

  private List<String> traces(String runId, Evaluations evaluations, int seed, long delays) {
    TrainingLoopBuilder builder = loop(runId, evaluations, delays).seed(seed);
    callbacks().forEach(builder::callback);
    TrainingLoop training = builder.build();
    return traces(training, training.run());
  }

  /** Notes the moments whose results it processes. */
  private static final class Seeing extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final transient List<String> seen;

    Seeing(DataIteratorConfig config, List<String> seen) {
      super(config);
      this.seen = seen;
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("x", batch.get("x"));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      seen.add(at.iteration().toString());
    }
  }

  /** Notes all that it sees of its moment. */
  private static final class Reading extends PeriodicCallback {
    private static final long serialVersionUID = 1;
    private final transient List<String> seen;

    Reading(Schedule schedule, List<String> seen) {
      super("reading", schedule);
      this.seen = seen;
    }

    @Override
    public Set<String> readsMetrics() {
      return Set.of("accuracy/test");
    }

    @Override
    protected void periodicCallback(Invocation at) {
      seen.add(
          "%s %s %s %s %s %s %s"
              .formatted(
                  at.iteration(),
                  context().weights().manifest().hash(),
                  context().weightsOf("accuracy/test").orElseThrow().manifest().hash(),
                  context().variants().get("ema=0.9").manifest().hash(),
                  context().learningRates(),
                  context().lastLoss().orElseThrow(),
                  context().metrics().get("accuracy/test", name())));
    }
  }

  /** Fails in the evaluation of one callback at one moment. */
  private static final class Failing implements EvaluationEngine {
    private final LocalEvaluationEngine engine = new LocalEvaluationEngine();

    @Override
    public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress) {
      EvaluationTag tag = request.tag();
      boolean isBad = !tag.callback().equals("accuracy") && tag.iteration().update() == 4;
      if (isBad) {
        throw EvaluationException.of(tag, "this moment is bad");
      }
      return engine.evaluate(request, progress);
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  private static final class Throwing extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final long update;

    Throwing(DataIteratorConfig config, long update) {
      super(config);
      this.update = update;
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("x", batch.get("x"));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      if (at.iteration().update() == update) {
        throw new IllegalStateException("these results are bad");
      }
    }
  }
}
