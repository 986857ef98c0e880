package io.ostinato.spark.data;

import org.apache.spark.api.java.JavaRDD;

/**
 * A dataset as batches, of which the number and the size are known.
 *
 * @param id identifies the dataset and the size of its batches
 * @param batches stored on the executors, or decoded each time they are read
 * @param partitionStarts the index of the first row of each partition of the dataset, which need
 *     not be those of {@code batches}
 * @param rows of the whole dataset
 * @param batchCount how many batches there are
 * @param sizeBytes of all batches
 * @param isStored whether the executors store them
 * @param isInOrder whether the order of {@code batches} is that of the dataset
 */
public record PreparedDataset(
    String id,
    JavaRDD<StoredBatch> batches,
    long[] partitionStarts,
    long rows,
    long batchCount,
    long sizeBytes,
    boolean isStored,
    boolean isInOrder) {}
