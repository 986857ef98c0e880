package io.ostinato.jobs.train;

import io.ostinato.describe.Checked;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.UserClass;
import io.ostinato.tracking.MlflowTracker;
import io.ostinato.tracking.TensorBoardTracker;
import io.ostinato.tracking.Tracker;
import io.ostinato.tracking.Trackers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who else is given the metrics. */
sealed interface TrackerConfig
    permits TrackerConfig.ConsoleLines,
        TrackerConfig.TensorBoard,
        TrackerConfig.Mlflow,
        TrackerConfig.OfClass {

  /**
   * A new tracker.
   *
   * @param out what the command prints to
   */
  Tracker create(PrintWriter out);

  /** Lines. */
  @Kind(name = "console", value = "A line for each record, with all its metrics.")
  record ConsoleLines() implements TrackerConfig {
    @Override
    public Tracker create(PrintWriter out) {
      return Trackers.console(out);
    }
  }

  /** Event files. */
  @Kind(name = "tensorboard", value = "Event files for TensorBoard.")
  record TensorBoard(
      @Key(
              value = "A local folder that this run has for itself.",
              optional = true,
              otherwise = "`tensorboard` of the run's folder")
          @Nullable String folder)
      implements TrackerConfig {
    @Override
    public Tracker create(PrintWriter out) {
      return folder == null
          ? TensorBoardTracker.inRunFolder()
          : TensorBoardTracker.in(Path.of(folder));
    }
  }

  /** A server. */
  @Kind(
      name = "mlflow",
      value = "A run in MLflow; `org.mlflow:mlflow-client` must be on the class path.")
  record Mlflow(
      @Key("The server, as in `http://localhost:5000`.") String uri,
      @Key("The experiment, which is made where it is missing.") String experiment)
      implements TrackerConfig, Checked {
    private static final String CLIENT = "org.mlflow.tracking.MlflowClient";

    @Override
    public void check() {
      try {
        Class.forName(CLIENT, false, Thread.currentThread().getContextClassLoader());
      } catch (ClassNotFoundException e) {
        throw new IllegalArgumentException(
            "mlflow needs its Java client on the class path; add it, as in"
                + " --packages org.mlflow:mlflow-client:2.17.2",
            e);
      }
    }

    @Override
    public Tracker create(PrintWriter out) {
      return MlflowTracker.of(uri, experiment);
    }
  }

  /** A user's class. */
  @Kind(
      name = "",
      value =
          "A class on the class path that is a `Tracker`; public, with a public constructor without"
              + " parameters or with a map, the options.")
  record OfClass(
      String kind,
      @Key(value = "For the constructor.", optional = true) Map<String, Object> options)
      implements TrackerConfig, Checked {
    @Override
    public void check() {
      new UserClass(kind, options).check(List.of(), Tracker.class);
    }

    @Override
    public Tracker create(PrintWriter out) {
      return new UserClass(kind, options).create(Map.of(), Tracker.class);
    }
  }
}
