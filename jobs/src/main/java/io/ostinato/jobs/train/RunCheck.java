package io.ostinato.jobs.train;

import io.ostinato.evaluation.PlannedData;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.jobs.config.RightPart;
import io.ostinato.training.TrainingConfigurationException;
import io.ostinato.training.TrainingLoopBuilder;
import io.ostinato.training.TrainingMistake;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
      List<TrainingMistake> found = found(run, isRun);
      if (!found.isEmpty()) {
        throw new RunMistakes(run).placed(found);
      }
      return run;
    } catch (ConfigurationException e) {
      if (mistakes.isEmpty()) {
        throw e;
      }
      configuration.rightPart(RunConfig.class).ifPresent(this::addMistakesOf);
      throw new ConfigurationException(mistakes.all());
    }
  }

  /** Adds mistakes of the valid part that don't depend on how the invalid rest is fixed. */
  private void addMistakesOf(RightPart<RunConfig> part) {
    List<TrainingMistake> certain =
        found(part.bound(), true).stream().filter(one -> isCertain(one, part.doubtful())).toList();
    new RunMistakes(part.bound()).placed(certain).mistakes().forEach(mistakes::add);
  }

  private static boolean isCertain(TrainingMistake found, Set<String> doubtful) {
    return found.mistake().dependsOn().stream().noneMatch(on -> doubtful.contains(on.key()))
        && !doubtful.contains(found.mistake().subject().key());
  }

  private static List<TrainingMistake> found(Bound<RunConfig> run, boolean isRun) {
    RunBuilder builder = new RunBuilder(run);
    TrainingLoopBuilder settings = builder.settings();
    if (isRun && run.value().checkpoints() == null) {
      builder.nameRun(settings);
    }
    try {
      settings.checkWithoutRows(planned(run.value()));
      return List.of();
    } catch (TrainingConfigurationException e) {
      return e.found();
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
