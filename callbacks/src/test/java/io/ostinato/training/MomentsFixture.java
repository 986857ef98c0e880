package io.ostinato.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Small trainings in a folder of their own, and callbacks that note and write, for tests. */
abstract class MomentsFixture {
  /** What {@link Noting} has noted. */
  final List<String> seen = new ArrayList<>();

  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir private Path folder;

  @AfterEach
  final void close() {
    manager.close();
  }

  final TrainingLoopBuilder loop() {
    return Trainings.on(manager, folder);
  }

  static Checkpoints checkpoints(TrainingLoop training) {
    return Checkpoints.in(LocalRunFiles.in(training.folder().resolve("checkpoints")));
  }

  /** Notes every hook. */
  static final class Noting extends Callback {
    private static final long serialVersionUID = 1;
    private final transient List<String> seen;

    Noting(String name, List<String> seen) {
      super(name);
      this.seen = seen;
    }

    @Override
    public void beforeTraining(UpdateCounter at) {
      note("before", at);
    }

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      seen.add(name() + " step " + step.samples());
    }

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {
      note("track", at);
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      note("update", at);
    }

    @Override
    public void afterEpoch(UpdateCounter at) {
      note("epoch", at);
    }

    @Override
    public void atEval(UpdateCounter at) {
      note("eval", at);
    }

    @Override
    public void afterTraining(UpdateCounter at) {
      note("after", at);
    }

    private void note(String hook, UpdateCounter at) {
      seen.add(name() + " " + hook + " " + at.current());
    }
  }

  static final class Writing extends PeriodicCallback {
    private static final long serialVersionUID = 1;
    private final String key;

    Writing(String name, Schedule schedule, String key) {
      super(name, schedule);
      this.key = key;
    }

    @Override
    protected void periodicCallback(Invocation at) {
      writer().addScalar(key, 1);
    }
  }
}
