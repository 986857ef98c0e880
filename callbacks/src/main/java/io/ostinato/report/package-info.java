/** The report of a run: one HTML page, made from the files in the run's folder. */
@NullMarked
package io.ostinato.report;

import org.jspecify.annotations.NullMarked;
