/** Measurements that are made of mergeable states, and the library of them. */
@NullMarked
package io.ostinato.metric;

import org.jspecify.annotations.NullMarked;
