/**
 * Reads Python pickles: values and tensors, without running anything. What is neither is kept by
 * its name.
 */
@NullMarked
package io.ostinato.pickle;

import org.jspecify.annotations.NullMarked;
