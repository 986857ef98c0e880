/** Evaluates model files, one after the other, on a dataset that stays prepared. */
@NullMarked
package io.ostinato.jobs.scoring;

import org.jspecify.annotations.NullMarked;
