package io.ostinato.spark.chaos;

import io.ostinato.chaos.Differences;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.TorchModules;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.SparkSession;

/** Evaluations of all kinds, one after another, while executors are killed. */
final class ExecutorChaos {
  private static final List<String> MODULES =
      List.of("features", "counter", "cache", "average", "statistics");
  private static final int DATASETS = 3;

  /** One of this many evaluations has a straggler. */
  private static final int STRAGGLERS = 6;

  private final SparkSession session;
  private final SparkEvaluationEngine engine;
  private final ExecutorKills kills;
  private final Path folder;
  private final double killsOfOne;
  private final Random random;
  private final List<Rows> datasets = new ArrayList<>();
  private final Rows probes;
  private Differences differences = Differences.NONE;
  private int compared;
  private long weights;

  /**
   * Evaluations on a session.
   *
   * @param killsOfOne mean number of kills in an evaluation
   * @param seed of all that is random: datasets, weights, kinds and kills
   */
  ExecutorChaos(
      SparkSession session,
      SparkEvaluationEngine engine,
      ExecutorKills kills,
      Path folder,
      double killsOfOne,
      long seed) {
    this.session = session;
    this.engine = engine;
    this.kills = kills;
    this.folder = folder;
    this.killsOfOne = killsOfOne;
    this.random = new Random(seed);
    this.probes = Rows.probes(session);
  }

  Differences differences() {
    return differences;
  }

  int compared() {
    return compared;
  }

  /** Evaluates, kills, and compares the results with those of the driver. */
  void evaluate(int number) throws IOException, InterruptedException {
    Kind kind = Kind.values()[number % Kind.values().length];
    Rows rows = kind == Kind.MODULE ? probes : dataset();
    DataSelection selection = kind.selection(random, rows.rows());
    DisturbedEvaluation evaluation =
        new DisturbedEvaluation(number, kind, rows, selection, weights(kind));
    int evaluated = (int) Math.min(selection.maxRows(), rows.rows());
    List<Kill> plan = plan(number, evaluated);
    List<Kill> atRows = plan.stream().filter(kill -> kill.moment() == Moment.ROW).toList();
    kills.plan(plan.stream().filter(kill -> kill.moment() != Moment.ROW).toList());
    String what = "evaluation %s: %s of %s rows, %s".formatted(number, kind, evaluated, plan);
    try {
      List<Outcome> outcomes =
          evaluation.on(
              engine,
              session,
              folder.resolve("results-" + number).toUri().toString(),
              disturbance(number, atRows, evaluated));
      compare(what, evaluation.undisturbed(), outcomes);
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
    kills.settle(atRows.size());
  }

  private Rows dataset() {
    if (datasets.size() < DATASETS) {
      datasets.add(Rows.random(session, random));
      return datasets.get(datasets.size() - 1);
    }
    int chosen = random.nextInt(DATASETS);
    if (random.nextInt(4) == 0) {
      datasets.set(chosen, Rows.random(session, random)).there().unpersist();
    }
    return datasets.get(chosen);
  }

  /** Weights that are new, or now and then those of the evaluation before. */
  private List<WeightSnapshot> weights(Kind kind) {
    if (kind == Kind.MODULE) {
      return List.of(TorchModules.module(MODULES.get(random.nextInt(MODULES.size()))));
    }
    if (random.nextInt(5) > 0) {
      weights = random.nextLong();
    }
    return kind == Kind.TWO_AT_ONCE
        ? List.of(TestNets.weights(weights), TestNets.weights(random.nextLong()))
        : List.of(TestNets.weights(weights));
  }

  /** The first straggler is left alone, so that a copy of it is certain. */
  private List<Kill> plan(int number, int rows) {
    List<Kill> plan = new ArrayList<>();
    int kills = (int) (killsOfOne + random.nextDouble());
    for (int kill = 0; kill < kills && number != STRAGGLERS - 1; kill++) {
      plan.add(Kill.random(random, rows));
    }
    return plan;
  }

  private UnaryOperator<BatchProcessor> disturbance(int number, List<Kill> atRows, int rows) {
    boolean isSlow = number % STRAGGLERS == STRAGGLERS - 1;
    int slow = random.nextInt(rows);
    return processor -> {
      BatchProcessor disturbed = processor;
      for (int i = 0; i < atRows.size(); i++) {
        disturbed = new KillAtRow(disturbed, kills.word(i).toString(), atRows.get(i).row());
      }
      return isSlow
          ? new Straggler(disturbed, folder.resolve("attempts-" + number).toString(), slow)
          : disturbed;
    };
  }

  private void compare(String what, List<Outcome> expected, List<Outcome> actual) {
    for (int i = 0; i < expected.size(); i++) {
      long missing = expected.get(i).rows() - actual.get(i).rows();
      boolean same = expected.get(i).equals(actual.get(i));
      compared++;
      List<String> part = List.of("%s, part %s".formatted(what, i));
      if (!same) {
        differences =
            differences.plus(
                new Differences(
                    missing == 0 ? part : List.of(),
                    missing > 0 ? part : List.of(),
                    missing < 0 ? part : List.of()));
      }
    }
  }
}
