package io.ostinato.jobs.train;

import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.evaluation.PlannedData;
import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.jobs.config.RightPart;
import io.ostinato.storage.StorageException;
import io.ostinato.training.TrainingConfigurationException;
import io.ostinato.training.TrainingLoopBuilder;
import io.ostinato.training.TrainingMistake;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Checks the configuration of a training before Spark starts. */
final class RunCheck {
  private final Configuration configuration;
  private final Mistakes mistakes;

  /**
   * Creates a check.
   *
   * @param mistakes the mistakes found so far in reading the configuration
   */
  RunCheck(Configuration configuration, Mistakes mistakes) {
    this.configuration = configuration;
    this.mistakes = mistakes;
  }

  /**
   * Checks that a training can start, as far as possible without Spark.
   *
   * @return the valid configuration
   * @throws ConfigurationException if it is invalid; lists all mistakes
   */
  Bound<RunConfig> toTrain() {
    return checked(true);
  }

  /**
   * Like {@link #toTrain}, for an evaluation that neither starts nor resumes a run.
   *
   * @return the valid configuration
   * @throws ConfigurationException if it is invalid; lists all mistakes
   */
  Bound<RunConfig> toEvaluate() {
    return checked(false);
  }

  private Bound<RunConfig> checked(boolean isRun) {
    try {
      Bound<RunConfig> run = configuration.bind(RunConfig.class);
      Mistakes found = new Mistakes();
      TrainingLoopBuilder settings = new RunBuilder(run).settings();
      if (isRun) {
        addOutput(run, settings, found);
      }
      new RunMistakes(run).placed(found(run, settings, found)).forEach(found::add);
      found.throwIfAny();
      return run;
    } catch (ConfigurationException e) {
      if (mistakes.isEmpty()) {
        throw e;
      }
      configuration.rightPart(RunConfig.class).ifPresent(this::addMistakesOf);
      throw new ConfigurationException(mistakes.all());
    }
  }

  /** Says where the run's files go, unless they can't go there. */
  private static void addOutput(
      Bound<RunConfig> run, TrainingLoopBuilder settings, Mistakes mistakes) {
    try {
      settings.output(RunOutput.open(run));
      if (run.value().checkpoints() == null) {
        new RunBuilder(run).nameRun(settings);
      }
    } catch (ConfigurationException e) {
      e.mistakes().forEach(mistakes::add);
    }
  }

  /**
   * Adds mistakes of the valid part that don't depend on how the invalid rest is fixed: those that
   * say what they depend on. The run's folder is not looked at.
   */
  private void addMistakesOf(RightPart<RunConfig> part) {
    Bound<RunConfig> run = part.bound();
    List<TrainingMistake> certain =
        found(run, new RunBuilder(run).settings(), mistakes).stream()
            .filter(one -> isCertain(one.mistake(), part.doubtful()))
            .toList();
    new RunMistakes(run).placed(certain).forEach(mistakes::add);
  }

  private static boolean isCertain(Mistake mistake, Set<String> doubtful) {
    return !mistake.dependsOn().isEmpty()
        && Stream.concat(Stream.of(mistake.subject()), mistake.dependsOn().stream())
            .noneMatch(on -> on.kind() == Subject.Kind.RUN && doubtful.contains(on.key()));
  }

  /** What the training refuses; a file system that can't be read is a mistake of its key. */
  private static List<TrainingMistake> found(
      Bound<RunConfig> run, TrainingLoopBuilder settings, Mistakes mistakes) {
    try {
      settings.checkWithoutRows(planned(run.value()));
      return List.of();
    } catch (TrainingConfigurationException e) {
      return e.found();
    } catch (StorageException e) {
      if (RunOutput.isLocal(run.value().output())) {
        throw e;
      }
      mistakes.add(run.placeOf(run.value(), "output"), ErrorLine.of(e));
      return List.of();
    }
  }

  private static PlannedData planned(RunConfig config) {
    Map<String, Optional<List<String>>> columns = new LinkedHashMap<>();
    config
        .datasets()
        .evaluations()
        .forEach((key, dataset) -> columns.put(key, Optional.of(dataset.names())));
    return new PlannedData(columns);
  }
}
