/** Running DJL's translators: their artifacts, inputs and outputs. */
@NullMarked
package io.ostinato.translation;

import org.jspecify.annotations.NullMarked;
