/** The command {@code quickstart}: {@code train} on a bundled {@code run.yaml}. */
@NullMarked
package io.ostinato.jobs.quickstart;

import org.jspecify.annotations.NullMarked;
