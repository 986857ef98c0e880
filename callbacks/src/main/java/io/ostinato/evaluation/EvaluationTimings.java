package io.ostinato.evaluation;

import java.time.Duration;

/**
 * The timings of an evaluation. The driver runs prepare, send, job, collect and process one after
 * the other. Refresh, read and forward happen within the job, in tasks that run in parallel; they
 * are sums over the tasks, and can exceed {@code job}. If executors write the results, that is part
 * of the job.
 *
 * @param total from the request to the collated results
 * @param prepare turning the dataset into batches, if that was not done before
 * @param send making new shards of weights available to the executors
 * @param job from the submission of the job to the last result
 * @param refresh waiting for the model, and refreshing its weights
 * @param read waiting for batches, and copying them to the device unless that was done ahead
 * @param forward {@code processData}, and copying its results to the host
 * @param collect checking that all rows are present, and joining the results
 * @param process {@code processResults}; zero until it has ended
 */
public record EvaluationTimings(
    Duration total,
    Duration prepare,
    Duration send,
    Duration job,
    Duration refresh,
    Duration read,
    Duration forward,
    Duration collect,
    Duration process) {

  /**
   * The time spent on data: {@link #prepare} on the driver, and {@link #read} of all tasks. Where
   * batches are copied ahead, it is zero if all were ready in time.
   */
  public Duration data() {
    return prepare.plus(read);
  }

  EvaluationTimings withProcess(Duration processed) {
    return new EvaluationTimings(
        total, prepare, send, job, refresh, read, forward, collect, processed);
  }

  /** The timings in milliseconds: {@code total 93 ms (prepare 0, send 1, ...)}. */
  @Override
  public String toString() {
    return "total %s ms (prepare %s, send %s, job %s [refresh %s, read %s, forward %s], collect %s, process %s)"
        .formatted(
            total.toMillis(),
            prepare.toMillis(),
            send.toMillis(),
            job.toMillis(),
            refresh.toMillis(),
            read.toMillis(),
            forward.toMillis(),
            collect.toMillis(),
            process.toMillis());
  }
}
