package io.ostinato.spark.data;

import java.io.Serializable;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * How many rows of each partition are read, the first ones. Partitions behind those that are
 * counted here have none that are wanted.
 *
 * @param counted the rows of the first partitions
 * @param ofOthers the most rows of any other
 */
record FirstRows(long[] counted, long ofOthers) implements Serializable {

  /** As many rows as there are. */
  static FirstRows all() {
    return ofEach(Long.MAX_VALUE);
  }

  /** At most so many rows of each partition. */
  static FirstRows ofEach(long most) {
    return new FirstRows(new long[0], most);
  }

  /** So many rows of the first partitions, and none of others. */
  static FirstRows of(long[] counted) {
    return new FirstRows(counted, 0);
  }

  /** How many partitions, of so many, have rows that are wanted; they are the first. */
  int partitions(int all) {
    return ofOthers == 0 ? counted.length : all;
  }

  /** Those of one partition; a row that isn't wanted is never asked for. */
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
