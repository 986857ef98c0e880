/** Metrics on any dataset, and what they were at their best. */
@NullMarked
package io.ostinato.quality;

import org.jspecify.annotations.NullMarked;
