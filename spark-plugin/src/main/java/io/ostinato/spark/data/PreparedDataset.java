package io.ostinato.spark.data;

import org.apache.spark.api.java.JavaRDD;

/**
 * A dataset whose blocks are stored on the executors.
 *
 * @param partitionStarts the index of each partition's first row
 * @param rows of the whole dataset
 */
public record PreparedDataset(JavaRDD<StoredBlock> blocks, long[] partitionStarts, long rows) {}
