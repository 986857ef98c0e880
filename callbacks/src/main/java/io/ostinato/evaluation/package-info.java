/**
 * What an evaluation is: its request, batches, collation and results, the port {@link
 * io.ostinato.evaluation.EvaluationEngine}, and the engine that runs one in this process.
 */
@NullMarked
package io.ostinato.evaluation;

import org.jspecify.annotations.NullMarked;
