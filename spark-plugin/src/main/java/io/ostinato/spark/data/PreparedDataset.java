package io.ostinato.spark.data;

import org.apache.spark.api.java.JavaRDD;

/**
 * A dataset as blocks, of which the number and the size are known.
 *
 * @param id identifies the dataset and the size of its blocks
 * @param blocks stored on the executors, or decoded each time they are read
 * @param partitionStarts the index of the first row of each partition of the dataset, which need
 *     not be those of {@code blocks}
 * @param rows of the whole dataset
 * @param blockCount how many blocks there are
 * @param sizeBytes of all blocks
 * @param isStored whether the executors store them
 * @param isInOrder whether the order of {@code blocks} is that of the dataset
 */
public record PreparedDataset(
    String id,
    JavaRDD<StoredBlock> blocks,
    long[] partitionStarts,
    long rows,
    long blockCount,
    long sizeBytes,
    boolean isStored,
    boolean isInOrder) {}
