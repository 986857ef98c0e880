package io.ostinato.evaluation;

import java.time.Duration;

/**
 * Where the time of one evaluation went.
 *
 * @param total from the request to the collated results
 * @param batches the sum, over all batches, of the time spent in copying, {@code processData} and
 *     copying back; more than {@code total} where batches ran side by side
 */
public record EvaluationTimings(Duration total, Duration batches) {}
