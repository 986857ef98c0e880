package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.MissingClassException;
import io.ostinato.evaluation.SkippedRow;
import org.junit.jupiter.api.Test;

class PartitionSkipsTest {
  private final PartitionSkips skips = new PartitionSkips(BadRows.skipUpTo(5));
  private final RowPlace place = new RowPlace(1, 7);

  @Test
  void whatFailsForEveryRowIsNotSkipped() {
    for (RuntimeException failure :
        new RuntimeException[] {
          new EvaluationException("the native library can't be loaded"),
          new MissingClassException("a.B", new ClassNotFoundException("a.B"))
        }) {
      assertThatThrownBy(() -> skips.skip(place, failure)).isSameAs(failure);
    }
    skips.skip(place, place.refuse("column 'x'", "is bad"));
    skips.skip(new RowPlace(1, 8), new IllegalStateException("odd"));
    assertThat(skips.endBatch())
        .containsExactly(
            new SkippedRow(1, 7, "column 'x': is bad"),
            new SkippedRow(1, 8, "it failed with java.lang.IllegalStateException: odd"));
  }
}
