package io.ostinato.jobs.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.jobs.bench.BesideTraining.Seconds;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.training.Evaluations;
import io.ostinato.training.Join;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Trainings with evaluations on two executor processes, beside it and inline, and without any, in
 * turn. An evaluation takes as long as the updates from one to the next, and results take effect
 * two intervals after their moment. The executors have slots for two evaluations.
 */
record BesideBenchmark(Path folder) implements Benchmark {
  private static final int EVALUATIONS = 60;
  private static final double INTERVAL_SECONDS = 0.6;
  private static final int ROUNDS = 3;

  /** The tasks of an evaluation, one on each executor. */
  private static final int TASKS = 2;

  private static final int BATCHES_OF_TASK = 4;

  /** The trainings of a round, in this order. */
  private record Round(
      long millis, Seconds none, Seconds beside, Seconds noneAgain, Seconds inline) {

    /** The seconds of an evaluation in which it doesn't wait. */
    double work() {
      return inline.evaluation() - 1e-3 * millis * BATCHES_OF_TASK;
    }

    /** Its drift cancels out if the machine's speed changes steadily. */
    double none(ToDoubleFunction<Seconds> value) {
      return (value.applyAsDouble(none) + value.applyAsDouble(noneAgain)) / 2;
    }

    double blockedBeside() {
      return beside.blocked() - none(Seconds::blocked);
    }

    double blockedInline() {
      return inline.blocked() - none(Seconds::blocked);
    }
  }

  @Override
  public List<Figure> run() throws Exception {
    try (SparkSession spark =
            BenchSpark.processes(TASKS, 2, "spark.ostinato.evaluations.fitTasks", "false");
        NDManager manager = Engine.getInstance().newBaseManager();
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      Path pixels =
          BenchSpark.pixels(spark, folder, TASKS * BATCHES_OF_TASK * BesideTraining.BATCH);
      Dataset<Row> rows = spark.read().parquet(pixels.toString()).coalesce(TASKS);
      SparkDataset test = BenchSpark.dataset(rows, 784);
      return figures(
          rounds(
              interval ->
                  new BesideTraining(
                      manager, test, engine, folder, EVALUATIONS * interval, interval)));
    }
  }

  private static List<Round> rounds(Function<Integer, BesideTraining> ofInterval) {
    // Of short intervals, to compile the code.
    BesideTraining few = ofInterval.apply(10);
    round(few, 0);
    Round warm = round(few, 0);
    double update = warm.noneAgain().whole() / few.updates();
    BesideTraining training = ofInterval.apply((int) Math.ceil(INTERVAL_SECONDS / update));
    double work = warm.work();
    List<Round> rounds = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      Round next = round(training, work);
      work = next.work();
      rounds.add(next);
    }
    return rounds;
  }

  /**
   * Trains four times.
   *
   * @param work the seconds of an evaluation in which it doesn't wait
   */
  private static Round round(BesideTraining training, double work) {
    Seconds none = training.withoutEvaluations();
    double wait = none.whole() / EVALUATIONS - work;
    long millis = Math.max(1, Math.round(1e3 * wait / BATCHES_OF_TASK));
    Join join = Join.updates(2L * training.interval());
    Seconds beside = training.evaluating(Evaluations.beside().join(join), millis);
    Seconds noneAgain = training.withoutEvaluations();
    Seconds inline = training.evaluating(Evaluations.inline(), millis);
    return new Round(millis, none, beside, noneAgain, inline);
  }

  private static List<Figure> figures(List<Round> rounds) {
    return List.of(
        new Figure(
            "beside.blocked",
            median(rounds, round -> round.blockedBeside() / round.blockedInline()),
            "x inline",
            "<= 0.05",
            "beside %s, of which %s after the last update, inline %s, by %d evaluations"
                .formatted(
                    seconds(rounds, Round::blockedBeside),
                    seconds(rounds, round -> round.beside().end()),
                    seconds(rounds, Round::blockedInline),
                    EVALUATIONS)),
        new Figure(
            "beside.total",
            median(rounds, round -> round.beside().whole() / round.none(Seconds::whole)),
            "x no evaluation",
            "<= 1.05",
            "beside %s, none %s, inline %s"
                .formatted(
                    seconds(rounds, round -> round.beside().whole()),
                    seconds(rounds, round -> round.none(Seconds::whole)),
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
                    seconds(rounds, round -> round.none(Seconds::whole) / EVALUATIONS))));
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
    return Rounds.median(rounds.stream().map(value::applyAsDouble).toList());
  }

  private static String seconds(List<Round> rounds, ToDoubleFunction<Round> value) {
    return String.format(Locale.ROOT, "%.3f s", median(rounds, value));
  }
}
