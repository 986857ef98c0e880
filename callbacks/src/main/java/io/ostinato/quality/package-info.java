/** Metrics on any dataset, and their values when one of them was best. */
@NullMarked
package io.ostinato.quality;

import org.jspecify.annotations.NullMarked;
