/** The command {@code train}: trains the model that a YAML file describes. */
@NullMarked
package io.ostinato.jobs.train;

import org.jspecify.annotations.NullMarked;
