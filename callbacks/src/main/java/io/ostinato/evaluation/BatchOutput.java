package io.ostinato.evaluation;

import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.List;

/** The results of one batch, on the host. The name of an unnamed array is the empty string. */
public record BatchOutput(long firstRow, int rows, List<HostArray> arrays) implements Serializable {
  public BatchOutput {
    arrays = List.copyOf(arrays);
  }

  String place() {
    return "rows %s to %s".formatted(firstRow, firstRow + rows - 1);
  }
}
