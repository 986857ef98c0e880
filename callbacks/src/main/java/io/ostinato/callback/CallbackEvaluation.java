package io.ostinato.callback;

import io.ostinato.evaluation.BatchProcessor;

/**
 * An evaluation that a callback asks its training run for.
 *
 * @param callback the name of the callback
 * @param at the moment to measure
 * @param processor what is done with each batch
 */
public record CallbackEvaluation(
    String callback, Invocation at, DataIteratorConfig config, BatchProcessor processor) {}
