package io.ostinato.spark.data;

import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.DataChangedException;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.ProcessRegistry;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Function1;

/**
 * Converts the rows of a dataset to batches and counts them, in one job. Batches are stored on the
 * executors if they fit into the budget, in as many partitions as the slots need. If only the first
 * rows of a dataset are requested, the partitions that contain them are determined first.
 */
final class DatasetReader {
  private static final Logger log = LoggerFactory.getLogger(SparkDataset.class);

  /** Partitions with fewer batches are coalesced, as long as there is one for each slot. */
  private static final int LEAST_BATCHES = 4;

  /**
   * With fewer rounds of tasks, probing one of them first would take too large a share of the time.
   */
  private static final int LEAST_WAVES = 4;

  /** Factor by which the number of counted partitions grows while there are too few rows. */
  private static final int LOOK_FURTHER = 4;

  /** Rows are counted whatever they are: a bad one may be behind the first rows that are wanted. */
  private static final BadRows COUNTED = BadRows.skipUpTo(Long.MAX_VALUE);

  private final Dataset<Row> rows;
  private final BatchDecoder decoder;
  private final OstinatoSettings settings;
  private final int batchSize;
  private final long maxRows;
  private final BadRows badRows;
  private FirstRows first = FirstRows.all();
  private long budget;

  DatasetReader(
      Dataset<Row> rows,
      BatchDecoder decoder,
      OstinatoSettings settings,
      int batchSize,
      long maxRows,
      BadRows badRows) {
    this.rows = rows;
    this.decoder = decoder;
    this.settings = settings;
    this.batchSize = batchSize;
    this.maxRows = maxRows;
    this.badRows = badRows;
  }

  PreparedDataset read() {
    first = firstRows();
    String id = UUID.randomUUID().toString();
    budget = budgetBytes();
    JavaRDD<StoredBatch> decoded = decoded(badRows);
    if (budget == 0) {
      return prepared(id, decoded, BatchCount.of(decoded), false, true);
    }
    if (looksTooLarge(decoded)) {
      BatchCount count = BatchCount.of(decoded);
      if (count.sizeBytes() > budget) {
        return tooLarge(id, decoded, count);
      }
    }
    JavaRDD<StoredBatch> stored = stored(decoded);
    BatchCount count = countOrFree(stored);
    if (count.sizeBytes() > budget) {
      stored.unpersist();
      return tooLarge(id, decoded(badRows), count);
    }
    JavaRDD<StoredBatch> fitted = fitted(stored, count);
    return prepared(id, fitted, count, true, fitted == stored);
  }

  /**
   * Estimates from a few partitions, one for each slot, whether the dataset exceeds the budget.
   * Storing such a dataset to count it would fill the executors' disks for nothing.
   */
  private boolean looksTooLarge(JavaRDD<StoredBatch> decoded) {
    int partitions = decoded.getNumPartitions();
    int probed = slots();
    if (partitions < LEAST_WAVES * probed) {
      return false;
    }
    int[] some =
        IntStream.range(0, probed).map(i -> (int) ((long) i * partitions / probed)).toArray();
    return BatchCount.sizeBytes(decoded, some) / probed > budget / partitions;
  }

  private PreparedDataset tooLarge(String id, JavaRDD<StoredBatch> decoded, BatchCount count) {
    log.info(
        "a dataset of {} MiB is not stored on the executors, because it exceeds the limit of {}"
            + " MiB; its batches are decoded at each evaluation",
        count.sizeBytes() >> 20,
        budget >> 20);
    return prepared(id, decoded, count, false, true);
  }

  private PreparedDataset prepared(
      String id,
      JavaRDD<StoredBatch> batches,
      BatchCount count,
      boolean isStored,
      boolean isInOrder) {
    return new PreparedDataset(
        id,
        batches,
        count.partitionStarts(),
        count.rows(),
        count.batches(),
        count.sizeBytes(),
        count.content(count.rows() < maxRows),
        count.skipped(),
        isStored,
        budget,
        isInOrder);
  }

  /** Locates the requested rows: counts the rows of partitions until there are enough. */
  private FirstRows firstRows() {
    if (maxRows == DataSelection.ALL_ROWS) {
      return FirstRows.all();
    }
    first = FirstRows.ofEach(maxRows);
    JavaRDD<StoredBatch> batches = decoded(COUNTED);
    int partitions = batches.getNumPartitions();
    List<Long> counted = new ArrayList<>();
    long left = maxRows;
    for (int width = 1; left > 0 && counted.size() < partitions; width *= LOOK_FURTHER) {
      int from = counted.size();
      int[] next = IntStream.range(from, Math.min(partitions, from + width)).toArray();
      for (long rowsOfPartition : BatchCount.rows(batches, next)) {
        long wanted = Math.min(left, rowsOfPartition);
        left -= wanted;
        counted.add(wanted);
      }
    }
    if (left > 0) {
      return FirstRows.all();
    }
    long[] wanted = counted.stream().mapToLong(Long::longValue).toArray();
    int needed = wanted.length;
    while (wanted[needed - 1] == 0) {
      needed--;
    }
    return FirstRows.of(Arrays.copyOf(wanted, needed));
  }

  private JavaRDD<StoredBatch> decoded(BadRows policy) {
    JavaRDD<StoredBatch> batches = decodedOfAllPartitions(policy);
    int needed = first.partitions(batches.getNumPartitions());
    if (needed == batches.getNumPartitions()) {
      return batches;
    }
    Function1<Object, Object> isNeeded =
        (Function1<Object, Object> & Serializable) partition -> (int) partition < needed;
    return PartitionPruningRDD.create(batches.rdd(), isNeeded).toJavaRDD();
  }

  private JavaRDD<StoredBatch> decodedOfAllPartitions(BadRows policy) {
    FirstRows wanted = first;
    if (settings.batches().bulk() && decoder instanceof ColumnsDecoder columns) {
      var bulk =
          columns
              .plain()
              .flatMap(plain -> InternalRows.batches(rows, plain, wanted, batchSize, policy));
      if (bulk.isPresent()) {
        return bulk.get();
      }
    }
    BatchDecoder byRow = decoder;
    int mostRows = batchSize;
    return rows.javaRDD()
        .mapPartitionsWithIndex(
            (partition, partitionRows) -> {
              ProcessRegistry.ofThisProcess().watchdog().watch(TaskContext.get());
              return new PartitionBatches(
                  partition,
                  new BatchIterator(
                      partition, wanted.of(partition, partitionRows), byRow, mostRows, policy));
            },
            true);
  }

  private static JavaRDD<StoredBatch> stored(JavaRDD<StoredBatch> batches) {
    return batches.persist(StorageLevel.MEMORY_AND_DISK());
  }

  private static BatchCount countOrFree(JavaRDD<StoredBatch> stored) {
    try {
      return BatchCount.of(stored);
    } catch (Throwable e) { // including checked exceptions that Spark doesn't declare
      stored.unpersist();
      throw e;
    }
  }

  /** Redistributes the batches to another number of partitions, if that suits the slots better. */
  private JavaRDD<StoredBatch> fitted(JavaRDD<StoredBatch> stored, BatchCount count) {
    int partitions = stored.getNumPartitions();
    int wanted = wantedPartitions(partitions, count.batches(), slots());
    if (!settings.evaluations().fitTasks() || wanted == partitions) {
      return stored;
    }
    JavaRDD<StoredBatch> fitted =
        stored(wanted < partitions ? stored.coalesce(wanted) : stored.repartition(wanted));
    try {
      checkSame(count, countOrFree(fitted));
      return fitted;
    } catch (DataChangedException e) {
      fitted.unpersist();
      throw e;
    } finally {
      stored.unpersist();
    }
  }

  /** Batches that were lost in between have been read again. */
  private static void checkSame(BatchCount before, BatchCount now) {
    before
        .content(true)
        .changeTo(now.content(true))
        .ifPresent(
            change -> {
              throw DataChangedException.of(change);
            });
  }

  static int wantedPartitions(int partitions, long batches, int slots) {
    if (batches == 0) {
      return partitions;
    }
    if (partitions < slots) {
      return (int) Math.max(partitions, Math.min(slots, batches));
    }
    long filled = Math.max(slots, (batches + LEAST_BATCHES - 1) / LEAST_BATCHES);
    return (int) Math.min(partitions, Math.min(filled, batches));
  }

  private int slots() {
    return Math.max(1, context().defaultParallelism());
  }

  private long budgetBytes() {
    OptionalLong set = settings.batches().storeBytes();
    if (set.isPresent()) {
      return set.getAsLong();
    }
    long storage =
        Stream.of(context().statusTracker().getExecutorInfos())
            .filter(info -> context().isLocal() || info.port() != driverPort())
            .mapToLong(SparkExecutorInfo::totalOnHeapStorageMemory)
            .sum();
    // Spark learns the storage capacity of new executors with a delay.
    return storage > 0 ? storage / 2 : Long.MAX_VALUE;
  }

  /** The port that distinguishes the driver, which stores nothing, from the executors. */
  private static int driverPort() {
    return SparkEnv.get().blockManager().blockManagerId().port();
  }

  private SparkContext context() {
    return rows.sparkSession().sparkContext();
  }
}
