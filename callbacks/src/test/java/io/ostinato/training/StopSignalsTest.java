package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.callback.Callback;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsRecord;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
  void sigintDoesSoWhenAsked() throws Exception {
    Signal interrupt = new Signal("INT");
    SignalHandler before = Signal.handle(interrupt, SignalHandler.SIG_DFL);
    Signal.handle(interrupt, before);
    assumeTrue(
        before != SignalHandler.SIG_IGN, "whoever started this process has it ignore SIGINT");
    assertThat(signalled("INT", "stopOnInterrupt")).isEqualTo(128 + 2);
    assertInterrupted();
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
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads=1",
            "-Dai.djl.pytorch.num_interop_threads=1",
            "-cp",
            System.getProperty("java.class.path"),
            EndlessTraining.class.getName(),
            folder.toString());
    builder.command().addAll(List.of(arguments));
    Process process = builder.redirectErrorStream(true).start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      StringBuilder all = new StringBuilder();
      for (String line = lines.readLine(); !"training".equals(line); line = lines.readLine()) {
        assertThat(line).as("before training began: %s", all).isNotNull();
        all.append(line).append('\n');
      }
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended in time: %s", all).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Trains until it is told to end. */
  public static final class EndlessTraining {
    public static void main(String[] arguments) throws InterruptedException {
      try (NDManager manager = Engine.getInstance().newBaseManager()) {
        TrainingLoopBuilder training =
            Trainings.on(manager, Path.of(arguments[0]))
                .callback(new Telling())
                .length(TrainingLength.updates(1_000_000_000L));
        if (arguments.length > 1) {
          training.stopOnInterrupt();
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
}
