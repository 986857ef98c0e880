package io.ostinato.spark.status;

import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.weights.Manifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One pass over a dataset, for the evaluations that share it. Thread-safe. */
public final class PassStatus {
  private static final int MOST_JOBS = 20;
  private static final int MOST_CALLBACKS = 10;
  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_PROBLEM = 500;

  /** The state of a pass: a phase of {@link EvaluationTimings} while it runs, then its outcome. */
  enum State {
    PREPARE,
    SEND,
    JOB,
    COLLECT,
    SUCCEEDED,
    FAILED
  }

  private final long number;
  private final List<String> callbacks;
  private final int evaluations;
  private final String dataset;
  private final String iteration;
  private final String version;
  private final long beganMillis;
  private final LongSupplier clock;

  // Guarded by this.
  private final List<Integer> jobs = new ArrayList<>();
  private State state = State.PREPARE;
  private long stateMillis;
  private long rows = -1;
  private long rowsDone;
  private LongSupplier done = PassStatus::none;
  private long sentBytes;
  private int tasks;
  private @Nullable EvaluationTimings timings;
  private Duration process = Duration.ZERO;
  private String problem = "";

  /**
   * Begins a pass.
   *
   * @param weights the evaluated weights
   * @param clock the time in milliseconds
   */
  PassStatus(long number, List<EvaluationTag> tags, Manifest weights, LongSupplier clock) {
    EvaluationTag first = tags.get(0);
    this.number = number;
    this.evaluations = tags.size();
    this.callbacks =
        tags.stream().limit(MOST_CALLBACKS).map(tag -> cut(tag.callback(), LONGEST_NAME)).toList();
    this.dataset = cut(first.datasetKey(), LONGEST_NAME);
    this.iteration = cut(first.iteration().toString(), LONGEST_NAME);
    this.version = weights.version();
    this.clock = clock;
    this.beganMillis = clock.getAsLong();
    this.stateMillis = beganMillis;
  }

  /** What is shown of a pass at a moment. */
  record View(
      long number,
      List<String> callbacks,
      int evaluations,
      String dataset,
      String iteration,
      String version,
      State state,
      long beganMillis,
      long stateMillis,
      long rows,
      long rowsDone,
      long sentBytes,
      int tasks,
      List<Integer> jobs,
      @Nullable EvaluationTimings timings,
      Duration process,
      String problem) {}

  synchronized View view() {
    return new View(
        number,
        callbacks,
        evaluations,
        dataset,
        iteration,
        version,
        state,
        beganMillis,
        stateMillis,
        rows,
        rows < 0 ? 0 : Math.min(rows, Math.max(rowsDone, done.getAsLong())),
        sentBytes,
        tasks,
        List.copyOf(jobs),
        timings,
        process,
        problem);
  }

  /** The dataset is prepared, and the weights are sent next. */
  public synchronized void prepared(long datasetRows) {
    rows = datasetRows;
    enter(State.SEND);
  }

  /** The weights are sent, and the job runs next. */
  public synchronized void sent(long bytes) {
    sentBytes = bytes;
    enter(State.JOB);
  }

  /** Sets the source of the number of finished rows, used while the job runs. */
  public synchronized void counts(LongSupplier finishedRows) {
    done = finishedRows;
  }

  /** A Spark job of the pass has begun. */
  public synchronized void job(int id) {
    if (jobs.size() < MOST_JOBS) {
      jobs.add(id);
    }
  }

  /** The job is over, and its results are collected next. */
  public synchronized void ran() {
    enter(State.COLLECT);
  }

  synchronized boolean succeeded(EvaluationTimings taken, long evaluatedRows, int ranTasks) {
    if (isOver()) {
      return false;
    }
    timings = taken;
    tasks = ranTasks;
    end(State.SUCCEEDED, evaluatedRows);
    return true;
  }

  synchronized boolean failed(String message) {
    if (isOver()) {
      return false;
    }
    problem = cut(message, LONGEST_PROBLEM);
    end(State.FAILED, done.getAsLong());
    return true;
  }

  /** Adds the time in which the results of one of the evaluations were processed. */
  public synchronized void processed(Duration taken) {
    process = process.plus(taken);
  }

  long number() {
    return number;
  }

  /** The number of evaluations that share the pass. */
  public int evaluations() {
    return evaluations;
  }

  long beganMillis() {
    return beganMillis;
  }

  private static long none() {
    return 0;
  }

  private boolean isOver() {
    return state == State.SUCCEEDED || state == State.FAILED;
  }

  private void enter(State next) {
    if (!isOver()) {
      state = next;
      stateMillis = clock.getAsLong();
    }
  }

  /** Lets go of the source of rows, so that a kept pass is small. */
  private void end(State outcome, long finishedRows) {
    enter(outcome);
    rowsDone = finishedRows;
    done = PassStatus::none;
  }

  private static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
    return text.substring(0, end) + "…";
  }
}
