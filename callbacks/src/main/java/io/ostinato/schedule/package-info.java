/** How far training is, how long it goes, and when something is due: pure values. */
@NullMarked
package io.ostinato.schedule;

import org.jspecify.annotations.NullMarked;
