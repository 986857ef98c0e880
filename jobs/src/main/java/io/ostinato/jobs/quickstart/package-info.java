/** A small training with an evaluation after every epoch. */
@NullMarked
package io.ostinato.jobs.quickstart;

import org.jspecify.annotations.NullMarked;
