/**
 * Evaluations: the request, batches, collation and results, the port {@link
 * io.ostinato.evaluation.EvaluationEngine}, and the engine that evaluates in this process.
 */
@NullMarked
package io.ostinato.evaluation;

import org.jspecify.annotations.NullMarked;
