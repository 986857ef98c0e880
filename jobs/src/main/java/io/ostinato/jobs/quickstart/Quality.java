package io.ostinato.jobs.quickstart;

import io.ostinato.schedule.TrainingIteration;
import java.io.Serializable;
import java.time.Duration;

/**
 * The result of one evaluation.
 *
 * @param loss the mean over samples of the cross entropy, in nats
 * @param time from the request to the collated results
 */
record Quality(TrainingIteration iteration, double accuracy, double loss, long rows, Duration time)
    implements Serializable {}
