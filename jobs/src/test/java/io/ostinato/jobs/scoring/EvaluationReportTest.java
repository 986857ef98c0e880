package io.ostinato.jobs.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.evaluation.SkippedRow;
import io.ostinato.evaluation.SkippedRows;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluationReportTest {

  @Test
  void aReportOverAllRowsSaysNothingOfSkippedOnes() {
    EvaluationReport report =
        new EvaluationReport(
            "E5.pt", 1797, SkippedRows.NONE, Map.of("accuracy", 0.5), 0.4504, List.of());
    assertThat(report.toJson())
        .isEqualTo(
            "{\"model\":\"E5.pt\",\"rows\":1797,\"metrics\":{\"accuracy\":0.5},\"seconds\":0.45}");
    assertThat(EvaluationReport.rowsText(1797, 0)).isEqualTo("1,797 rows");
  }

  @Test
  void skippedRowsAreCountedAndTheFirstAreNamed() {
    SkippedRows skipped =
        new SkippedRows(1200, List.of(new SkippedRow(2, 17, "column 'x': is null")));
    EvaluationReport report =
        new EvaluationReport("E5.pt", 597, skipped, Map.of("accuracy", 0.5), 0.4504, List.of());
    assertThat(report.toJson())
        .isEqualTo(
            "{\"model\":\"E5.pt\",\"rows\":597,\"skipped\":1200,\"skipped_rows\":[{\"row\":17,"
                + "\"partition\":2,\"reason\":\"column 'x': is null\"}],\"metrics\":{\"accuracy\":0.5},"
                + "\"seconds\":0.45}");
    assertThat(EvaluationReport.rowsText(597, 1200)).isEqualTo("597 rows (1,200 skipped)");
  }
}
