/** What an evaluation is, and the engine that runs one in this process. */
@NullMarked
package io.ostinato.evaluation;

import org.jspecify.annotations.NullMarked;
