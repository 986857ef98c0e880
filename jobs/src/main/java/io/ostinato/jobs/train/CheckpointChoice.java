package io.ostinato.jobs.train;

import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.ConfigurationFile;
import io.ostinato.jobs.config.Place;
import io.ostinato.jobs.config.PlacedMistake;
import io.ostinato.jobs.data.HadoopPaths;
import io.ostinato.jobs.modelfile.ModelException;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.NewestCheckpoint;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.Safetensors;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.RunInfo;
import io.ostinato.training.TrainingLoopBuilder;
import io.ostinato.weights.WeightSnapshot;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * The checkpoint to evaluate. Its run is not modified.
 *
 * @param asked a tag in the run that the configuration names, {@code latest} for the newest, or a
 *     file, local or with a Hadoop URI scheme
 */
record CheckpointChoice(String asked, RunConfig config) {
  /** The tag that selects the newest checkpoint. */
  static final String NEWEST = TrainingLoopBuilder.LATEST;

  private static final String WEIGHTS = ".safetensors";

  /**
   * Checks the choice, as far as possible without Spark.
   *
   * @throws ConfigurationException if there is no such run or checkpoint; lists the existing ones
   */
  void check() {
    if (isFile()) {
      if (!asked.endsWith(WEIGHTS)) {
        throw mistake(
            "this is no checkpoint of a training, whose name ends with %s; other models are"
                    .formatted(WEIGHTS)
                + " evaluated by: evaluate --model "
                + asked);
      }
      if (RunOutput.isLocal(asked) && !Files.exists(Path.of(asked))) {
        throw noSuchFile();
      }
    } else if (config.resume() == null && config.runId() == null) {
      throw mistake(
          "say of which run, as in --set run_id=20261124-120000-000, or give the file of a"
              + " checkpoint");
    } else if (config.checkpoints() == null) {
      RunFiles runs = openRuns(ConfigurationFile.hadoopSettings());
      checkRun(runs);
      tag(Checkpoints.in(checkpoints(runs)), Checkpoints::latest);
    }
  }

  /**
   * Loads the checkpoint.
   *
   * @throws ConfigurationException if there is no such run or checkpoint; lists the existing ones
   * @throws ModelException if a file can't be read; says why
   */
  Checkpoint load(SparkSession spark) {
    if (isFile()) {
      return ofFile(spark);
    }
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    if (config.checkpoints() == null) {
      Checkpoints checked = Checkpoints.in(checkpoints(openRuns(hadoop)));
      return checked.load(tag(checked, each -> each.newest().tag())); // check() has warned
    }
    Checkpoints elsewhere =
        Checkpoints.in(
            new ReadOnlyFiles(HadoopRunFiles.in(config.checkpoints() + "/" + runId(), hadoop)));
    return elsewhere.load(tag(elsewhere, Checkpoints::latest));
  }

  private boolean isFile() {
    return asked.contains("/")
        || asked.endsWith(WEIGHTS)
        || !asked.equals(NEWEST) && Files.isRegularFile(Path.of(asked));
  }

  private String runId() {
    return String.valueOf(config.resume() != null ? config.resume().runId() : config.runId());
  }

  private RunFiles openRuns(Configuration hadoop) {
    try {
      return new ReadOnlyFiles(RunOutput.open(config.output(), hadoop));
    } catch (StorageException e) {
      throw mistake("'output' is wrong: " + ErrorLine.of(e));
    }
  }

  private RunFiles checkpoints(RunFiles runs) {
    return runs.folder(runId()).folder("checkpoints");
  }

  private void checkRun(RunFiles runs) {
    List<String> there;
    try {
      there = runs.folders();
    } catch (StorageException e) {
      throw mistake(ErrorLine.of(e));
    }
    if (!there.contains(runId())) {
      throw mistake(
          "there is no run '%s' in '%s'; there are: %s"
              .formatted(runId(), runs.location(), listed(there)));
    }
  }

  private static String listed(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /**
   * The tag of the chosen checkpoint.
   *
   * @param newest finds the newest one to resume from
   */
  private String tag(Checkpoints checkpoints, Function<Checkpoints, Optional<String>> newest) {
    String wanted =
        asked.equals(NEWEST) && config.resume() != null ? config.resume().checkpoint() : asked;
    if (wanted.equals(NEWEST)) {
      return newest
          .apply(checkpoints)
          .or(checkpoints::latestWeights)
          .orElseThrow(() -> mistake(none(checkpoints)));
    }
    checkpoints
        .problemOf(wanted)
        .ifPresent(
            problem -> {
              throw mistake(
                  "checkpoint '%s' of run '%s' is damaged: %s; choose another one, or restore it"
                      .formatted(wanted, runId(), problem));
            });
    if (!checkpoints.tags().contains(wanted)) {
      throw mistake(
          "run '%s' has no checkpoint '%s'; %s".formatted(runId(), wanted, has(checkpoints)));
    }
    return wanted;
  }

  private String none(Checkpoints checkpoints) {
    NewestCheckpoint newest = checkpoints.newest();
    return newest.passedOver().isEmpty()
        ? "run '%s' has no newest checkpoint; %s".formatted(runId(), has(checkpoints))
        : "run '%s' has no whole newest checkpoint: %s; %s"
            .formatted(runId(), newest.reasons(), has(checkpoints));
  }

  private static String has(Checkpoints checkpoints) {
    return "it has: " + listed(checkpoints.tags());
  }

  /** Loads a file, including the rest of its training checkpoint if that is stored beside it. */
  private Checkpoint ofFile(SparkSession spark) {
    int slash = asked.lastIndexOf('/');
    String folder = slash < 0 ? "." : asked.substring(0, slash + 1);
    String name = asked.substring(slash + 1);
    String tag = name.substring(0, name.length() - WEIGHTS.length());
    if (RunInfo.isId(tag)) {
      Checkpoints beside =
          Checkpoints.in(
              new ReadOnlyFiles(
                  RunOutput.open(folder, spark.sparkContext().hadoopConfiguration())));
      if (beside.tags().contains(tag)) {
        return beside.load(tag);
      }
    }
    return ofWeights(name, spark);
  }

  private Checkpoint ofWeights(String name, SparkSession spark) {
    try (InputStream in = new BufferedInputStream(open(spark), 1 << 16)) {
      Safetensors weights = Safetensors.readFrom(in);
      String at = weights.metadata().getOrDefault("iteration", name);
      return Checkpoint.ofWeights(
          TrainingIteration.findIn(at).orElse(TrainingIteration.START),
          weights.metadata().getOrDefault("run_id", ""),
          "",
          WeightSnapshot.of(weights.arrays()));
    } catch (IOException | IllegalArgumentException | StorageException e) {
      if (e instanceof IOException io && StorageException.isMissing(io)) {
        throw noSuchFile();
      }
      throw new ModelException("can't read '%s': %s".formatted(asked, ErrorLine.of(e)), e);
    }
  }

  private InputStream open(SparkSession spark) throws IOException {
    if (RunOutput.isLocal(asked)) {
      return Files.newInputStream(Path.of(asked));
    }
    var hadoop = spark.sparkContext().hadoopConfiguration();
    var path = HadoopPaths.path(asked, hadoop);
    return HadoopPaths.system(path, hadoop).open(path);
  }

  private ConfigurationException noSuchFile() {
    return mistake("there is no such file");
  }

  private ConfigurationException mistake(String message) {
    return new ConfigurationException(
        List.of(new PlacedMistake(new Place("--evaluate " + asked, 0), message)));
  }
}
