package io.ostinato.jobs.config;

import org.jspecify.annotations.Nullable;

/**
 * A value that was made of a configuration.
 *
 * @param value null where an optional key was left out
 * @param written what a configuration says that makes it again, with all defaults: maps, lists,
 *     texts, numbers and truths; null where an optional key was left out
 */
record Made(@Nullable Object value, @Nullable Object written) {}
