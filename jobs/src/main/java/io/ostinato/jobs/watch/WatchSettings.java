package io.ostinato.jobs.watch;

import java.time.Duration;

/**
 * How to watch.
 *
 * @param poll how long to wait between looks into the folder
 */
record WatchSettings(Policy policy, Duration poll, Ending ending) {}
