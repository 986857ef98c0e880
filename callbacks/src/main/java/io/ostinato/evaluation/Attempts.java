package io.ostinato.evaluation;

import java.io.Serializable;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The tasks of an evaluation, as they report themselves when they succeed. Tasks that run the same
 * job for several evaluations count for each of these.
 *
 * @param tasks the number of tasks
 * @param started the number of attempts at these tasks up to those that succeeded, failed and
 *     speculative ones included; as many as {@code tasks} if nothing was repeated
 * @param stageAttempts the number of attempts at a stage, which Spark repeats if results of it are
 *     lost; 1 if nothing was repeated
 * @param executors the number of tasks that succeeded on each executor, by {@code id (host)}
 */
public record Attempts(
    int tasks, long started, int stageAttempts, SortedMap<String, Integer> executors)
    implements Serializable {

  /** No tasks. */
  public static final Attempts NONE = new Attempts(0, 0, 0, new TreeMap<>());

  public Attempts {
    executors = Collections.unmodifiableSortedMap(new TreeMap<>(executors));
  }

  /**
   * One task that has succeeded.
   *
   * @param attempt the number of its attempt, counted from 0
   * @param stageAttempt the number of the attempt at its stage, counted from 0
   * @param executor the executor, as {@code id (host)}
   */
  public static Attempts ofTask(int attempt, int stageAttempt, String executor) {
    return new Attempts(
        1, attempt + 1L, stageAttempt + 1, new TreeMap<>(Collections.singletonMap(executor, 1)));
  }

  /** The tasks of both. */
  public Attempts plus(Attempts other) {
    TreeMap<String, Integer> sums = new TreeMap<>(executors);
    other.executors.forEach((executor, count) -> sums.merge(executor, count, Integer::sum));
    return new Attempts(
        tasks + other.tasks,
        started + other.started,
        Math.max(stageAttempts, other.stageAttempts),
        sums);
  }
}
