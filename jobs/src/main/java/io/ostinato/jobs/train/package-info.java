/** The command that trains from a YAML file. */
@NullMarked
package io.ostinato.jobs.train;

import org.jspecify.annotations.NullMarked;
