package io.ostinato.jobs.config;

import org.jspecify.annotations.Nullable;

/**
 * A value converted from a configuration.
 *
 * @param value the Java value; null for an absent optional key
 * @param written the plain configuration that yields the value, with all defaults: maps, lists,
 *     strings, numbers and booleans; null for an absent optional key
 */
record Made(@Nullable Object value, @Nullable Object written) {}
