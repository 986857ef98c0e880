/** What a training run calls back, and when. */
@NullMarked
package io.ostinato.callback;

import org.jspecify.annotations.NullMarked;
