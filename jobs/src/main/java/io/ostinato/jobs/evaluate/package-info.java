/** The command {@code evaluate}: one model file on one dataset. */
@NullMarked
package io.ostinato.jobs.evaluate;

import org.jspecify.annotations.NullMarked;
