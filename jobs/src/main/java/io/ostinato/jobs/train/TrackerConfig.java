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

/** A tracker that receives the metrics of a run. */
sealed interface TrackerConfig
    permits TrackerConfig.ConsoleLines,
        TrackerConfig.TensorBoard,
        TrackerConfig.Mlflow,
        TrackerConfig.OfClass {

  /**
   * Creates a new tracker.
   *
   * @param out the output of the command
   */
  Tracker create(PrintWriter out);

  /** Prints each record as a line of text. */
  @Kind(name = "console", value = "Prints one line per record, with all its metrics.")
  record ConsoleLines() implements TrackerConfig {
    @Override
    public Tracker create(PrintWriter out) {
      return Trackers.console(out);
    }
  }

  /** Writes event files for TensorBoard. */
  @Kind(name = "tensorboard", value = "Writes event files for TensorBoard.")
  record TensorBoard(
      @Key(
              value = "Local folder for the event files, used by this run only.",
              optional = true,
              otherwise = "`tensorboard` in the run's folder")
          @Nullable String folder)
      implements TrackerConfig {
    @Override
    public Tracker create(PrintWriter out) {
      return folder == null
          ? TensorBoardTracker.inRunFolder()
          : TensorBoardTracker.in(Path.of(folder));
    }
  }

  /** Logs metrics to an MLflow server. */
  @Kind(
      name = "mlflow",
      value = "Logs to a run in MLflow; requires `org.mlflow:mlflow-client` on the class path.")
  record Mlflow(
      @Key("URI of the tracking server, such as `http://localhost:5000`.") String uri,
      @Key("Name of the experiment; created if it doesn't exist.") String experiment)
      implements TrackerConfig, Checked {
    private static final String CLIENT = "org.mlflow.tracking.MlflowClient";

    @Override
    public void check() {
      try {
        Class.forName(CLIENT, false, Thread.currentThread().getContextClassLoader());
      } catch (ClassNotFoundException e) {
        throw new IllegalArgumentException(
            "mlflow needs its Java client on the class path; add it, for example with --packages"
                + " org.mlflow:mlflow-client:2.17.2",
            e);
      }
    }

    @Override
    public Tracker create(PrintWriter out) {
      return MlflowTracker.of(uri, experiment);
    }
  }

  /** A tracker of a user's class. */
  @Kind(
      name = "",
      value =
          "A public class on the class path that implements `Tracker`. Its public constructor takes"
              + " no parameters, or the options as a map.")
  record OfClass(
      String kind,
      @Key(value = "Options for the constructor.", optional = true) Map<String, Object> options)
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
