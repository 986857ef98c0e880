/** The java agent that makes the classes of a notebook's cells available to executors. */
@NullMarked
package io.ostinato.notebook.agent;

import org.jspecify.annotations.NullMarked;
