package io.ostinato.jobs.watch;

import java.time.Duration;

/**
 * The settings of a watch.
 *
 * @param policy the policy that chooses the next checkpoint
 * @param poll the time to wait between listings of the folder
 * @param ending when to end
 */
record WatchSettings(Policy policy, Duration poll, Ending ending) {}
