package io.ostinato.evaluation;

import java.time.Duration;

/**
 * Where the time of one evaluation went. On the driver one thing follows the other: prepare, send,
 * job, collect, process. Refresh, read and forward happen within the job, in tasks that run side by
 * side; they are sums over the tasks, and more than {@code job} where there are several. Where
 * executors write the results, that is part of the job.
 *
 * @param total from the request to the collated results
 * @param prepare turning the dataset into batches, where they were not there yet
 * @param send making new shards of weights available to the executors
 * @param job from its submission to the last result
 * @param refresh waiting for the model, and giving it the weights
 * @param read waiting for batches, and copying them to the device
 * @param forward {@code processData}, and copying its results to the host
 * @param collect checking that every row is there, and joining the results
 * @param process {@code processResults}; zero before it is over
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
   * Waiting for data: {@link #prepare} on the driver, and {@link #read} of all tasks; there is none
   * where batches were there before they were needed.
   */
  public Duration data() {
    return prepare.plus(read);
  }

  EvaluationTimings withProcess(Duration processed) {
    return new EvaluationTimings(
        total, prepare, send, job, refresh, read, forward, collect, processed);
  }

  /** In milliseconds, as in {@code total 93 ms (prepare 0, send 1, ...)}. */
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
