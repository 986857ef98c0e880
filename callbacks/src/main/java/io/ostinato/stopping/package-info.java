/** What ends a training before its length. */
@NullMarked
package io.ostinato.stopping;

import org.jspecify.annotations.NullMarked;
