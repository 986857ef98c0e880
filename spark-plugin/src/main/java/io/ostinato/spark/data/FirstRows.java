package io.ostinato.spark.data;

import java.io.Serializable;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * How many of its first rows are read of each partition.
 *
 * @param counted number of rows of each of the first partitions
 * @param ofOthers maximum number of rows of each other partition
 */
record FirstRows(long[] counted, long ofOthers) implements Serializable {

  /** All rows. */
  static FirstRows all() {
    return ofEach(Long.MAX_VALUE);
  }

  /** At most {@code most} rows of each partition. */
  static FirstRows ofEach(long most) {
    return new FirstRows(new long[0], most);
  }

  /** {@code counted} rows of the first partitions, and none of the others. */
  static FirstRows of(long[] counted) {
    return new FirstRows(counted, 0);
  }

  /** The number of leading partitions, out of {@code all}, that have rows to read. */
  int partitions(int all) {
    return ofOthers == 0 ? counted.length : all;
  }

  /** Limits the rows of one partition; rows beyond the limit are never requested. */
  <T> Iterator<T> of(int partition, Iterator<T> rows) {
    long most = partition < counted.length ? counted[partition] : ofOthers;
    return most == Long.MAX_VALUE ? rows : new Limited<>(rows, most);
  }

  private static final class Limited<T> implements Iterator<T> {
    private final Iterator<T> rows;
    private long left;

    Limited(Iterator<T> rows, long most) {
      this.rows = rows;
      this.left = most;
    }

    @Override
    public boolean hasNext() {
      return left > 0 && rows.hasNext();
    }

    @Override
    public T next() {
      if (left <= 0) {
        throw new NoSuchElementException();
      }
      left--;
      return rows.next();
    }
  }
}
