package io.ostinato.spark.data;

import io.ostinato.evaluation.DataContent;
import io.ostinato.evaluation.SkippedRows;
import org.apache.spark.api.java.JavaRDD;

/**
 * A dataset as batches of known number and size.
 *
 * @param id identifies the dataset and its batch size
 * @param batches stored on the executors, or decoded each time they are read
 * @param partitionStarts the index of the first row of each partition of the dataset, which can
 *     differ from the partitions of {@code batches}
 * @param rows number of rows in all batches, including skipped ones
 * @param batchCount number of batches
 * @param sizeBytes size of all batches, in bytes
 * @param content the rows as they were counted; evaluations must read the same
 * @param skipped the rows that can't be turned into tensors
 * @param isStored whether the executors store them
 * @param budgetBytes maximum size of a dataset that the executors store, in bytes; {@link
 *     Long#MAX_VALUE} if it was unknown
 * @param isInOrder whether {@code batches} are in dataset order
 */
public record PreparedDataset(
    String id,
    JavaRDD<StoredBatch> batches,
    long[] partitionStarts,
    long rows,
    long batchCount,
    long sizeBytes,
    DataContent content,
    SkippedRows skipped,
    boolean isStored,
    long budgetBytes,
    boolean isInOrder) {}
