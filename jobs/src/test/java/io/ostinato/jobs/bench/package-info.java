/** What evaluations cost: measurements, not tests. */
@NullMarked
package io.ostinato.jobs.bench;

import org.jspecify.annotations.NullMarked;
