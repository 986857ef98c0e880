package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.stopping.MetricEarlyStopper;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ResumeBesideTest extends BesideFixture {
  private static final TrainingLength LENGTH = TrainingLength.updates(24);

  static Stream<Arguments> joins() {
    return Stream.of(Join.next(), Join.updates(2), Join.updates(7)).map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("joins")
  void aRunThatIsKilledAtAnyUpdateAndResumedGivesTheSame(Join join) {
    Evaluations beside = Evaluations.beside().join(join);
    TrainingLoop whole =
        with(loop("whole", beside, 1)).callback(new KilledAfter(7, 14, 21)).length(LENGTH).build();
    TrainingResult expected = whole.run();
    for (int update : List.of(7, 14, 21)) {
      TrainingLoopBuilder killed = with(loop("killed-" + update, beside, 2)).length(LENGTH);
      // A run without a checkpoint is started again.
      boolean hasCheckpoint = update > 4 + join.updates();
      TrainingLoop rest =
          (hasCheckpoint ? killed.resume("killed-" + update, "latest") : killed).build();
      assertThat(traces(rest, rest.run()))
          .as("killed at %s", update)
          .isEqualTo(traces(whole, expected));
    }
  }

  @ParameterizedTest
  @MethodSource("joins")
  void aRunThatFailsWithEvaluationsUnderWayCanBeResumedFromThere(Join join) {
    Evaluations beside = Evaluations.beside().join(join);
    TrainingLoop whole = with(loop("whole", beside, 1)).length(LENGTH).build();
    TrainingResult expected = whole.run();
    TrainingLoop first =
        with(loop("parts", beside, 2)).callback(new FailsAt(13)).length(LENGTH).build();
    assertThatThrownBy(first::run).hasMessage("the machine is gone");
    TrainingLoop rest =
        with(loop("parts", beside, 3)).resume("parts", "E1_U13_S208.error").length(LENGTH).build();
    TrainingResult resumed = rest.run();
    assertThat(metrics(rest)).isEqualTo(metrics(whole));
    assertThat(resumed.weights().manifest()).isEqualTo(expected.weights().manifest());
  }

  @Test
  void aStopThatWasDecidedBeforeTheKillTakesEffectWhenItWould() {
    Evaluations beside = Evaluations.beside().join(Join.updates(7));
    TrainingLoop whole =
        stopped(loop("whole", beside, 1)).callback(new KilledAfter(17, 18, 19)).build();
    TrainingResult expected = whole.run();
    assertThat(expected.endedBy()).isEqualTo(EndedBy.CALLBACK);
    assertThat(expected.end()).as("measured at 12").hasToString("E1_U19_S304");
    for (int update : List.of(17, 18, 19)) {
      String id = "killed-" + update;
      TrainingLoop rest = stopped(loop(id, beside, 2)).resume(id, "latest").build();
      assertThat(traces(rest, rest.run())).as(id).isEqualTo(traces(whole, expected));
    }
  }

  /** The accuracy never rises above 1, so patience ends at the fourth value. */
  private static TrainingLoopBuilder stopped(TrainingLoopBuilder builder) {
    Schedule often = Schedule.everyNUpdates(3);
    return builder
        .callback(new AlwaysOne(DataIteratorConfig.every(often)))
        .callback(
            new CheckpointCallback(
                CheckpointCallback.Config.defaults()
                    .every(Schedule.everyNUpdates(1))
                    .keep(CheckpointCallback.Keep.ALL)))
        .callback(
            new MetricEarlyStopper(MetricEarlyStopper.Config.of("accuracy/test", 3).every(often)));
  }

  @Test
  void untilItsEvaluationsHaveEndedACheckpointIsNotTheLatest() {
    TrainingLoop run =
        with(loop("run", Evaluations.beside().join(Join.updates(7)), 1))
            .callback(
                new AtUpdate(
                    8,
                    saved ->
                        assertThat(saved.latest())
                            .as("that of update 4 waits for the evaluations of update 3")
                            .isEmpty()))
            .callback(new AtUpdate(12, saved -> assertThat(saved.latest()).contains("E0_U4_S64")))
            .length(LENGTH)
            .build();
    run.run();
    assertThat(checkpoints(run).latest()).contains("E2_U24_S384");
  }

  private static TrainingLoopBuilder with(TrainingLoopBuilder builder) {
    callbacks().forEach(builder::callback);
    return builder;
  }

  /** Keeps the files as they are after some updates, as a killed process would leave them. */
  private static final class KilledAfter extends Callback {
    private static final long serialVersionUID = 1;
    private final List<Long> updates;

    KilledAfter(long... updates) {
      super("killed_after");
      this.updates = Arrays.stream(updates).boxed().toList();
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      if (updates.contains(at.current().update())) {
        Path run = context().folder();
        copy(run, run.resolveSibling("killed-" + at.current().update()));
      }
    }

    private static void copy(Path from, Path to) {
      try (Stream<Path> files = Files.walk(from)) {
        for (Path file : files.toList()) {
          Files.copy(file, to.resolve(from.relativize(file)));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class FailsAt extends Callback {
    private static final long serialVersionUID = 1;
    private final long update;

    FailsAt(long update) {
      super("fails");
      this.update = update;
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      if (at.current().update() == update) {
        throw new IllegalStateException("the machine is gone");
      }
    }
  }

  private static final class AtUpdate extends Callback {
    private static final long serialVersionUID = 1;
    private final long update;
    private final transient Consumer<Checkpoints> look;

    AtUpdate(long update, Consumer<Checkpoints> look) {
      super("at_" + update);
      this.update = update;
      this.look = look;
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      if (at.current().update() == update) {
        look.accept(Checkpoints.in(LocalRunFiles.in(context().folder().resolve("checkpoints"))));
      }
    }
  }
}
