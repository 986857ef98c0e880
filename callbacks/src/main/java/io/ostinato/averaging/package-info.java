/** Averages of weights over updates. */
@NullMarked
package io.ostinato.averaging;

import org.jspecify.annotations.NullMarked;
