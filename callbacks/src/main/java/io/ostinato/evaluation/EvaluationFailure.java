package io.ostinato.evaluation;

/**
 * An evaluation that has failed although the training continues; see {@link OnFailure#warn}.
 *
 * @param tag identifies the evaluation
 * @param attempts the number of failed attempts, at least 1
 * @param problem the problem of the last attempt, without the part that identifies the evaluation
 */
public record EvaluationFailure(EvaluationTag tag, int attempts, String problem) {}
