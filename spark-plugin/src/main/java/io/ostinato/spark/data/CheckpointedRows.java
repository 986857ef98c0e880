package io.ostinato.spark.data;

import java.util.Arrays;
import org.apache.spark.Dependency;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.collection.Seq;

/** Rows that {@link Dataset#localCheckpoint} has stored on the executors. */
public final class CheckpointedRows {
  private CheckpointedRows() {}

  /** Whether the executors have all of them. Those of a lost executor are missing. */
  public static boolean areComplete(Dataset<Row> rows) {
    RDD<?> stored = rows.javaRDD().rdd();
    while (!stored.isCheckpointed()) {
      stored = parent(stored);
    }
    int rdd = stored.id();
    int partitions = stored.getNumPartitions();
    return Arrays.stream(rows.sparkSession().sparkContext().getRDDStorageInfo())
        .anyMatch(info -> info.id() == rdd && info.numCachedPartitions() == partitions);
  }

  /** By reflection: its type is a sequence of Scala, which differs between lines of Spark. */
  private static RDD<?> parent(RDD<?> rdd) {
    try {
      Seq<?> parents = (Seq<?>) RDD.class.getMethod("dependencies").invoke(rdd);
      return ((Dependency<?>) parents.iterator().next()).rdd();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this version of Spark has no RDD.dependencies", e);
    }
  }
}
