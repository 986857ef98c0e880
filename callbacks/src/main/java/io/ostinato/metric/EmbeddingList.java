package io.ostinato.metric;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The embeddings and groups of all rows: 4 bytes for each number and 9 bytes for each row. Not
 * thread-safe.
 */
public final class EmbeddingList implements Serializable {
  private static final long serialVersionUID = 1;

  private final ArrayList<EmbeddingBlock> blocks = new ArrayList<>();
  private long rows;
  private boolean notFinite;
  private boolean overfull;

  void add(EmbeddingBlock block, int maxRows) {
    if (block.rows() > 0) {
      rows += block.rows();
      notFinite |= !block.isFinite();
      keep(List.of(block), maxRows);
    }
  }

  void add(EmbeddingList other, int maxRows) {
    rows += other.rows;
    notFinite |= other.notFinite;
    keep(other.blocks, maxRows);
  }

  /** Keeps nothing once there are too many rows, so that memory is bounded. */
  private void keep(List<EmbeddingBlock> more, int maxRows) {
    overfull |= rows > maxRows;
    if (overfull) {
      blocks.clear();
      return;
    }
    for (EmbeddingBlock block : more) {
      if (!blocks.isEmpty() && blocks.get(0).dimensions() != block.dimensions()) {
        throw new IllegalArgumentException(
            "the embeddings of a batch have %s dimensions, those of another %s"
                .formatted(block.dimensions(), blocks.get(0).dimensions()));
      }
      blocks.add(block);
    }
  }

  /** The number of rows, whether they are kept or not. */
  public long rows() {
    return rows;
  }

  boolean isOverfull() {
    return overfull;
  }

  /** Whether an embedding has a number that isn't finite. */
  boolean hasNotFinite() {
    return notFinite;
  }

  /** An embedding, its group, and whether it is a query. */
  record Embedding(float[] numbers, int from, int dimensions, long group, boolean isQuery) {
    /** The dot product; the same bits for the same two embeddings, wherever they are. */
    double dot(Embedding other) {
      float[] a = numbers;
      float[] b = other.numbers;
      double sum0 = 0;
      double sum1 = 0;
      double sum2 = 0;
      double sum3 = 0;
      int i = from;
      int j = other.from;
      for (int end = from + dimensions - 3; i < end; i += 4, j += 4) {
        sum0 += (double) a[i] * b[j];
        sum1 += (double) a[i + 1] * b[j + 1];
        sum2 += (double) a[i + 2] * b[j + 2];
        sum3 += (double) a[i + 3] * b[j + 3];
      }
      for (; i < from + dimensions; i++, j++) {
        sum0 += (double) a[i] * b[j];
      }
      return (sum0 + sum1) + (sum2 + sum3);
    }
  }

  /** The embeddings in no particular order. */
  List<Embedding> embeddings() {
    List<Embedding> all = new ArrayList<>();
    for (EmbeddingBlock block : blocks) {
      int dimensions = block.dimensions();
      for (int row = 0; row < block.rows(); row++) {
        all.add(
            new Embedding(
                block.vectors(),
                row * dimensions,
                dimensions,
                block.groups()[row],
                block.queries()[row] == 1));
      }
    }
    return all;
  }
}
