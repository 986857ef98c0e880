package io.ostinato.evaluation;

import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The results of one batch, on the host. The name of an unnamed array is the empty string.
 *
 * @param firstRow the index of the first row of the batch in the dataset
 * @param rows the number of rows of the batch, including skipped ones
 * @param arrays the results of the rows that are not skipped; empty if all are
 * @param skipped the positions in the batch of the rows that are skipped, ascending
 */
public record BatchOutput(long firstRow, int rows, List<HostArray> arrays, List<Integer> skipped)
    implements Serializable {
  public BatchOutput {
    arrays = List.copyOf(arrays);
    skipped = List.copyOf(skipped);
  }

  /** The results of a batch of which no row is skipped. */
  public BatchOutput(long firstRow, int rows, List<HostArray> arrays) {
    this(firstRow, rows, arrays, List.of());
  }

  /** The number of rows that are not skipped. */
  public int evaluated() {
    return rows - skipped.size();
  }

  /** The index in the dataset of each row that is not skipped. */
  public long[] indices() {
    long[] indices = new long[evaluated()];
    int found = 0;
    int next = 0;
    for (int position = 0; position < rows; position++) {
      if (next < skipped.size() && skipped.get(next) == position) {
        next++;
      } else {
        indices[found++] = firstRow + position;
      }
    }
    return indices;
  }

  /** Whether another batch without arrays covers the rows that follow. */
  boolean canContinueWith(BatchOutput next) {
    return firstRow + rows == next.firstRow && (long) rows + next.rows <= Integer.MAX_VALUE;
  }

  /** Outputs without arrays, by their rows; consecutive rows share an entry. */
  public static List<BatchOutput> joined(List<BatchOutput> outputs) {
    List<BatchOutput> joined = new ArrayList<>();
    outputs.stream()
        .sorted(Comparator.comparingLong(BatchOutput::firstRow))
        .forEach(output -> cover(joined, output));
    return joined;
  }

  /** Adds rows without arrays; if they continue the last entry, they share it. */
  static void cover(List<BatchOutput> outputs, BatchOutput next) {
    int last = outputs.size() - 1;
    if (last >= 0 && outputs.get(last).canContinueWith(next)) {
      outputs.set(last, outputs.get(last).continuedBy(next));
    } else {
      outputs.add(next);
    }
  }

  /** The rows of both, without arrays. */
  BatchOutput continuedBy(BatchOutput next) {
    List<Integer> all = new ArrayList<>(skipped);
    next.skipped.forEach(position -> all.add(rows + position));
    return new BatchOutput(firstRow, rows + next.rows, List.of(), all);
  }

  String place() {
    return "rows %s to %s".formatted(firstRow, firstRow + rows - 1);
  }
}
