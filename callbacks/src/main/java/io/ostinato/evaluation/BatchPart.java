package io.ostinato.evaluation;

import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive rows of a batch, some of which are run together.
 *
 * @param batch the batch
 * @param from the position of the first row in the batch
 * @param to the position after the last row
 * @param positions the positions of the rows to run, ascending
 */
record BatchPart(DataBatch batch, int from, int to, List<Integer> positions) {

  /** All rows of a batch, of which those that could be read are run. */
  static BatchPart whole(DataBatch batch) {
    Set<Long> skipped = batch.skipped().stream().map(SkippedRow::row).collect(Collectors.toSet());
    List<Integer> positions = new ArrayList<>(batch.rows());
    for (int position = 0; position < batch.rows(); position++) {
      if (skipped.isEmpty() || !skipped.contains(batch.firstRow() + position)) {
        positions.add(position);
      }
    }
    return new BatchPart(batch, 0, batch.rows(), positions);
  }

  /** The number of consecutive rows. */
  int span() {
    return to - from;
  }

  /** The number of rows to run. */
  int rows() {
    return positions.size();
  }

  /** Whether all rows of the batch are run. */
  boolean isWholeBatch() {
    return positions.size() == batch.rows();
  }

  /** The same rows, of which these are run. */
  BatchPart only(List<Integer> some) {
    return new BatchPart(batch, from, to, some);
  }

  /** The first half, which has one more row if their number is odd. */
  BatchPart firstHalf() {
    return between(from, middle());
  }

  BatchPart secondHalf() {
    return between(middle(), to);
  }

  private int middle() {
    return from + (span() + 1) / 2;
  }

  private BatchPart between(int first, int end) {
    return new BatchPart(
        batch,
        first,
        end,
        positions.stream().filter(position -> position >= first && position < end).toList());
  }

  /** The columns of the rows to run, cut to the longest of these rows if they have a mask. */
  List<HostArray> arrays() {
    List<PaddingCut> cuts = cuts();
    List<HostArray> arrays = new ArrayList<>();
    for (int i = 0; i < cuts.size(); i++) {
      HostArray array = rowsOf(batch.arrays().get(i));
      PaddingCut cut = cuts.get(i);
      arrays.add(cut == null ? array : cut.copyOf(array));
    }
    return arrays;
  }

  /** How each column is cut; null for those that aren't. */
  List<@Nullable PaddingCut> cuts() {
    Map<String, PaddingCut> byMask = new HashMap<>();
    for (HostArray array : batch.arrays()) {
      if (batch.masks().containsValue(array.name())) {
        byMask.put(array.name(), PaddingCut.of(rowsOf(array)));
      }
    }
    List<@Nullable PaddingCut> cuts = new ArrayList<>();
    batch.arrays().forEach(array -> cuts.add(byMask.get(batch.masks().get(array.name()))));
    return cuts;
  }

  /** The values of the rows to run. */
  List<ValueColumn> values() {
    return isWholeBatch()
        ? batch.values()
        : batch.values().stream().map(column -> column.only(positions)).toList();
  }

  private HostArray rowsOf(HostArray array) {
    if (isWholeBatch()) {
      return array;
    }
    List<HostArray> runs = new ArrayList<>();
    int start = 0;
    for (int i = 1; i <= positions.size(); i++) {
      if (i == positions.size() || positions.get(i) != positions.get(i - 1) + 1) {
        runs.add(array.rows(positions.get(start), positions.get(i - 1) + 1));
        start = i;
      }
    }
    return runs.size() == 1
        ? runs.get(0)
        : HostArray.of(
            array.name(),
            array.dataType(),
            new Shape(rows()).addAll(array.shape().slice(1)),
            runs.stream().flatMap(run -> run.segments().stream()).toList());
  }

  /** The index in the dataset of the first row to run. */
  long firstRow() {
    return batch.firstRow() + positions.get(0);
  }

  /** The distance of each row to run from the first one; empty if they are consecutive. */
  List<Integer> distances() {
    int first = positions.get(0);
    return positions.get(rows() - 1) - first + 1 == rows()
        ? List.of()
        : positions.stream().map(position -> position - first).toList();
  }

  /** The rows of the dataset, whether they are run or not. */
  DataBatch data() {
    return batch.rows(from, to);
  }

  /** The partition and the rows, for error messages. */
  String place() {
    return "partition %s, rows %s to %s"
        .formatted(batch.partition(), batch.firstRow() + from, batch.firstRow() + to - 1);
  }
}
