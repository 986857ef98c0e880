package io.ostinato.spark.status;

import java.util.function.BooleanSupplier;

/**
 * The batches of a dataset.
 *
 * @param id identifies the dataset and its batch size
 * @param key the name under which evaluations ask for it
 * @param sizeBytes size of all batches, in bytes
 * @param budgetBytes maximum size of a dataset that the executors store, in bytes; {@link
 *     Long#MAX_VALUE} if it was unknown
 * @param rdd number of the RDD that stores them; -1 if none does
 * @param isStored whether the executors store them now
 */
public record DatasetStatus(
    String id,
    String key,
    long rows,
    long batches,
    long sizeBytes,
    long budgetBytes,
    int rdd,
    BooleanSupplier isStored) {}
