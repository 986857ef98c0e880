package io.ostinato.jobs.train;

import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.ConfigurationFile;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.jobs.config.RunId;
import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * The folder of all runs. As everywhere in training, a path without a scheme is local; one with a
 * scheme is on any file system that Hadoop supports.
 */
final class RunOutput {
  private static final String WITH_SCHEME = "[A-Za-z][\\w+.-]*:/.*";

  private RunOutput() {}

  static boolean isLocal(String path) {
    return !path.matches(WITH_SCHEME);
  }

  /**
   * Opens the files of a folder.
   *
   * @throws StorageException if its file system can't be accessed
   */
  static RunFiles open(String folder, Configuration hadoop) {
    return isLocal(folder)
        ? LocalRunFiles.in(Path.of(folder))
        : HadoopRunFiles.anywhere(folder, hadoop);
  }

  /**
   * Opens the files of a configuration's {@code output}, with the Hadoop settings that Spark will
   * use.
   *
   * @throws ConfigurationException if its file system can't be accessed, or a tracker can't write
   *     there
   */
  static RunFiles open(Bound<RunConfig> bound) {
    return open(bound, ConfigurationFile.hadoopSettings());
  }

  /** Like {@link #open(Bound)}, with these Hadoop settings. */
  static RunFiles open(Bound<RunConfig> bound, Configuration hadoop) {
    RunConfig config = bound.value();
    Mistakes mistakes = new Mistakes();
    try {
      RunFiles output = open(config.output(), hadoop);
      if (output.local().isEmpty()) {
        checkTrackers(bound, mistakes);
      }
      mistakes.throwIfAny();
      return output;
    } catch (StorageException e) {
      mistakes.add(bound.placeOf(config, "output"), ErrorLine.of(e));
      throw new ConfigurationException(mistakes.all());
    }
  }

  /**
   * Checks that the files of a training can be written, before its data is read.
   *
   * @throws StorageException if not; says why
   */
  static void checkWritable(Bound<RunConfig> bound) {
    RunConfig config = bound.value();
    List<RunFiles> folders = new ArrayList<>(List.of(open(bound)));
    if (config.checkpoints() != null) {
      folders.add(HadoopRunFiles.in(config.checkpoints(), ConfigurationFile.hadoopSettings()));
    }
    RunId runId = config.resume() == null ? config.runId() : config.resume().runId();
    for (RunFiles folder : folders) {
      (runId == null ? folder : folder.folder(runId.toString())).checkWritable();
    }
  }

  private static void checkTrackers(Bound<RunConfig> bound, Mistakes mistakes) {
    for (TrackerConfig tracker : bound.value().trackers()) {
      if (tracker instanceof TrackerConfig.TensorBoard board && board.folder() == null) {
        mistakes.add(
            bound.placeOf(tracker),
            "event files for TensorBoard are written on this machine, and 'output' is '%s'; give this"
                    .formatted(bound.value().output())
                + " tracker a local 'folder', or leave it out");
      }
    }
  }
}
