/** What a training tells about itself: how far it is, how long it takes, how large it is. */
@NullMarked
package io.ostinato.monitor;

import org.jspecify.annotations.NullMarked;
