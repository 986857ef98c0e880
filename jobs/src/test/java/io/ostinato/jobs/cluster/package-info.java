/** The jar on a cluster of processes of its own. */
@NullMarked
package io.ostinato.jobs.cluster;

import org.jspecify.annotations.NullMarked;
