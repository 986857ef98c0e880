/** The command {@code watch}: evaluates checkpoints as another program writes them. */
@NullMarked
package io.ostinato.jobs.watch;

import org.jspecify.annotations.NullMarked;
