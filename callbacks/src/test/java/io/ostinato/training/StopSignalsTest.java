package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.callback.Callback;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.metric.Metric;
import io.ostinato.metric.Metrics;
import io.ostinato.model.EvaluationModel;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import sun.misc.Signal;
import sun.misc.SignalHandler;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no such signals")
class StopSignalsTest {
  @TempDir Path folder;

  @Test
  void sigtermFinishesTheUpdateKeepsACheckpointAndEndsTraining() throws Exception {
    assertThat(signalled("TERM")).isEqualTo(128 + 15);
    assertGoesOn(assertInterrupted());
  }

  @Test
  void sigtermCompletesEvaluationsUnderWayAndWhatTheyChangeTakesEffectAfterResuming()
      throws Exception {
    assertThat(signalled("TERM", "beside")).isEqualTo(128 + 15);
    Checkpoints checkpoints =
        Checkpoints.in(LocalRunFiles.in(folder.resolve("run").resolve("checkpoints")));
    String tag = checkpoints.tags().get(0);
    assertThat(tag).endsWith(".signal_interrupt");
    TrainingLength length = TrainingLength.updates(checkpoints.load(tag).iteration().update() + 15);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      TrainingLoop whole =
          beside(Trainings.on(manager, folder)).runId("whole").length(length).build();
      TrainingLoop rest =
          beside(Trainings.on(manager, folder)).resume("run", tag).length(length).build();
      TrainingResult expected = whole.run();
      assertThat(rest.run().weights().manifest()).isEqualTo(expected.weights().manifest());
      assertThat(BesideFixture.metrics(rest))
          .filteredOn(line -> !line.contains("{end="))
          .isEqualTo(BesideFixture.metrics(whole));
    }
  }

  private static TrainingLoopBuilder beside(TrainingLoopBuilder builder) {
    Schedule often = Schedule.everyNUpdates(3);
    return builder
        .evaluations(Evaluations.beside().join(Join.updates(7)))
        .callback(new Trainings.Accuracy(every(often)))
        .callback(new BesideFixture.SlowsDown(often))
        .callback(
            new LearningRateCallback(new LearningRateCallback.Config(Schedule.everyNUpdates(1))));
  }

  @Test
  void sigintDoesSoWhenAsked() throws Exception {
    Signal interrupt = new Signal("INT");
    SignalHandler before = Signal.handle(interrupt, SignalHandler.SIG_DFL);
    Signal.handle(interrupt, before);
    assumeTrue(
        before != SignalHandler.SIG_IGN, "whoever started this process has it ignore SIGINT");
    assertThat(signalled("INT", "stopOnInterrupt")).isEqualTo(128 + 2);
    assertInterrupted();
  }

  @Test
  void aSecondSignalEndsATrainingWhoseEvaluationHangsWithWhatIsKept() throws Exception {
    Process process = start("hang");
    try (BufferedReader lines = process.inputReader()) {
      awaitLine(lines, "it hangs now");
      kill(process, "TERM");
      awaitLine(lines, "a second signal ends it at once");
      kill(process, "TERM");
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended in time").isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
    } finally {
      process.destroyForcibly();
    }
    assertThat(MetricsFile.read(folder.resolve("run").resolve("metrics.jsonl")))
        .extracting(record -> record.iteration().update())
        .containsExactly(1L, 2L, 3L, 4L);
    Checkpoints checkpoints =
        Checkpoints.in(LocalRunFiles.in(folder.resolve("run").resolve("checkpoints")));
    assertThat(checkpoints.latest()).contains("E0_U4_S64");
    assertThat(checkpoints.tags()).containsExactly("E0_U4_S64");
    assertThat(checkpoints.load("E0_U4_S64").isResumable()).isTrue();
  }

  /** What goes on from there ends as a training that was not interrupted. */
  private void assertGoesOn(Checkpoint interrupted) {
    TrainingLength length = TrainingLength.updates(interrupted.iteration().update() + 15);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      TrainingResult whole =
          Trainings.on(manager, folder).runId("whole").length(length).build().run();
      TrainingResult resumed =
          Trainings.on(manager, folder)
              .resume("run", interrupted.iteration() + ".signal_interrupt")
              .length(length)
              .build()
              .run();
      assertThat(resumed.end()).isEqualTo(whole.end());
      assertThat(resumed.weights().manifest()).isEqualTo(whole.weights().manifest());
    }
  }

  private Checkpoint assertInterrupted() {
    List<MetricsRecord> records = MetricsFile.read(folder.resolve("run").resolve("metrics.jsonl"));
    MetricsRecord last = records.get(records.size() - 1);
    assertThat(last.metrics()).as("afterTraining has run").containsOnlyKeys("end");
    Checkpoints checkpoints =
        Checkpoints.in(LocalRunFiles.in(folder.resolve("run").resolve("checkpoints")));
    String tag = last.iteration() + ".signal_interrupt";
    assertThat(checkpoints.tags()).containsExactly(tag);
    Checkpoint checkpoint = checkpoints.load(tag);
    assertThat(checkpoint.isResumable()).isTrue();
    assertThat(checkpoint.iteration()).isGreaterThan(TrainingIteration.START);
    return checkpoint;
  }

  /** Sends a signal to a training without end, once it has begun; its exit code. */
  private int signalled(String signal, String... arguments) throws Exception {
    Process process = start(arguments);
    try (BufferedReader lines = process.inputReader()) {
      awaitLine(lines, "training");
      kill(process, signal);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended in time").isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private Process start(String... arguments) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads=1",
            "-Dai.djl.pytorch.num_interop_threads=1",
            "-Dslf4j.provider=org.slf4j.simple.SimpleServiceProvider",
            "-Dorg.slf4j.simpleLogger.log.io.ostinato=info",
            "-cp",
            System.getProperty("java.class.path"),
            EndlessTraining.class.getName(),
            folder.toString());
    builder.command().addAll(List.of(arguments));
    return builder.redirectErrorStream(true).start();
  }

  private static void awaitLine(BufferedReader lines, String text) throws IOException {
    StringBuilder all = new StringBuilder();
    String line = "";
    while (!line.contains(text)) {
      line = lines.readLine();
      assertThat(line).as("before '%s': %s", text, all).isNotNull();
      all.append(line).append('\n');
    }
  }

  private static void kill(Process process, String signal) throws Exception {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }

  /** Trains until it is told to end. */
  public static final class EndlessTraining {
    public static void main(String[] arguments) throws InterruptedException {
      try (NDManager manager = Engine.getInstance().newBaseManager()) {
        TrainingLoopBuilder training =
            Trainings.on(manager, Path.of(arguments[0]))
                .callback(new Telling())
                .length(TrainingLength.updates(1_000_000_000L));
        if (List.of(arguments).contains("stopOnInterrupt")) {
          training.stopOnInterrupt();
        } else if (List.of(arguments).contains("beside")) {
          beside(training);
        } else if (List.of(arguments).contains("hang")) {
          training
              .callback(new Hanging())
              .callback(
                  new CheckpointCallback(
                      CheckpointCallback.Config.defaults().every(Schedule.everyNUpdates(1))));
        }
        TrainingResult result = training.build().run();
        System.out.println(result.endedBy() + " " + result.reason());
        // The signal that was raised again ends the process, on another thread; not this one.
        Thread.currentThread().join();
      }
    }
  }

  private static final class Telling extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void afterUpdate(UpdateCounter at) {
      if (at.current().update() == 5) {
        System.out.println("training");
      }
    }

    @Override
    public void afterTraining(UpdateCounter at) {
      writer().addScalar("end", at.current().update());
    }
  }

  /** Writes four values; the fifth evaluation never ends. */
  private static final class Hanging extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private static final AtomicInteger EVALUATIONS = new AtomicInteger();

    Hanging() {
      super(every(Schedule.everyNUpdates(1)));
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      if (EVALUATIONS.incrementAndGet() == 5) {
        System.out.println("it hangs now");
        while (batch.rows() > 0) {
          LockSupport.parkNanos(1_000_000);
        }
      }
      return results("outputs", model.forward(batch.get("x")));
    }

    @Override
    protected List<Metric<?>> metrics() {
      return List.of(Metrics.mean("outputs"));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      writer().addScalar("updates", at.iteration().update());
    }
  }
}
