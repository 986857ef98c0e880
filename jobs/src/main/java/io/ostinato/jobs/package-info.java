/** The command line of Ostinato's jobs. */
@NullMarked
package io.ostinato.jobs;

import org.jspecify.annotations.NullMarked;
