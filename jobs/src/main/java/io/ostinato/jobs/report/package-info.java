/** The command {@code report}. */
@NullMarked
package io.ostinato.jobs.report;

import org.jspecify.annotations.NullMarked;
