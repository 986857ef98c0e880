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
    private static final int LANES = 4;

    /** The dot product; the same bits for the same two embeddings, wherever they are. */
    double dot(Embedding other) {
      double[] sums = new double[LANES];
      int whole = dimensions - dimensions % LANES;
      for (int i = 0; i < whole; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
          sums[lane] += product(other, i + lane);
        }
      }
      for (int i = whole; i < dimensions; i++) {
        sums[i - whole] += product(other, i);
      }
      return (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }

    private double product(Embedding other, int i) {
      return (double) numbers[from + i] * other.numbers[other.from + i];
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
