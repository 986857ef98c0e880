package io.ostinato.jobs.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.jobs.bench.BesideTraining.Seconds;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.training.Evaluations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.SparkSession;

/**
 * Trainings with evaluations on two executor processes, beside it and inline, and without any, in
 * turn. An evaluation takes about as long as the updates from one to the next.
 */
record BesideBenchmark(Path folder) implements Benchmark {
  private static final int EVALUATIONS = 40;
  private static final double INTERVAL_SECONDS = 0.4;

  /** The part of an interval that an evaluation takes. */
  private static final double PART = 0.95;

  private static final int ROUNDS = 5;
  private static final int EXECUTORS = 2;
  private static final int BATCHES = 8;

  /** The three trainings of a round. */
  private record Round(Seconds none, Seconds inline, Seconds beside) {}

  @Override
  public List<Figure> run() throws Exception {
    try (SparkSession spark = BenchSpark.processes(EXECUTORS);
        NDManager manager = Engine.getInstance().newBaseManager();
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      Path pixels = BenchSpark.pixels(spark, folder, BATCHES * BenchSpark.BATCH);
      SparkDataset test = BenchSpark.dataset(spark, pixels, 784);
      Function<Integer, BesideTraining> ofInterval =
          interval ->
              new BesideTraining(
                  manager, test, engine, folder, EVALUATIONS * interval, interval);
      return figures(rounds(ofInterval));
    }
  }

  private static List<Round> rounds(Function<Integer, BesideTraining> ofInterval) {
    int few = 10;
    ofInterval.apply(few).withoutEvaluations();
    double update =
        ofInterval.apply(few).withoutEvaluations().whole() / (EVALUATIONS * few);
    BesideTraining training = ofInterval.apply((int) Math.ceil(INTERVAL_SECONDS / update));
    double own = ofInterval.apply(few).evaluating(Evaluations.inline(), 0).evaluation();
    Seconds none = training.withoutEvaluations();
    List<Round> rounds = new ArrayList<>();
    for (int round = 0; round <= ROUNDS; round++) {
      // Each batch of an executor waits for its part of an interval as long as the last one.
      double wanted = PART * none.whole() / EVALUATIONS - own;
      long millis = Math.max(1, Math.round(1e3 * wanted * EXECUTORS / BATCHES));
      none = training.withoutEvaluations();
      Seconds inline = training.evaluating(Evaluations.inline(), millis);
      Seconds beside = training.evaluating(Evaluations.beside(), millis);
      rounds.add(new Round(none, inline, beside));
    }
    return rounds.subList(1, rounds.size());
  }

  private static List<Figure> figures(List<Round> rounds) {
    return List.of(
        new Figure(
            "beside.blocked",
            median(rounds, round -> round.beside().blocked() / round.inline().blocked()),
            "x inline",
            "<= 0.05",
            "beside %s, of which %s at the end, inline %s, by %d evaluations"
                .formatted(
                    seconds(rounds, round -> round.beside().blocked()),
                    seconds(rounds, round -> round.beside().end()),
                    seconds(rounds, round -> round.inline().blocked()),
                    EVALUATIONS)),
        new Figure(
            "beside.total",
            median(rounds, round -> round.beside().whole() / round.none().whole()),
            "x no evaluation",
            "<= 1.05",
            "beside %s, none %s, inline %s"
                .formatted(
                    seconds(rounds, round -> round.beside().whole()),
                    seconds(rounds, round -> round.none().whole()),
                    seconds(rounds, round -> round.inline().whole()))),
        new Figure(
            "beside.evaluation",
            median(rounds, round -> round.beside().evaluation() / round.inline().evaluation()),
            "x inline",
            "<= 1.1",
            "beside %s, inline %s, interval %s"
                .formatted(
                    seconds(rounds, round -> round.beside().evaluation()),
                    seconds(rounds, round -> round.inline().evaluation()),
                    seconds(rounds, round -> round.none().whole() / EVALUATIONS))));
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
    return Rounds.median(rounds.stream().map(value::applyAsDouble).toList());
  }

  private static String seconds(List<Round> rounds, ToDoubleFunction<Round> value) {
    return String.format(Locale.ROOT, "%.3f s", median(rounds, value));
  }
}
